// The certificate that the server shows, signed by its own CA: made at the start, renewed while it runs.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../files/private-file.ts";
import type { Service } from "../service.ts";
import type { Clock } from "../time/clock.ts";
import { RegularWork } from "../wait/regular-work.ts";
import { type Authority, backdatedMs } from "./authority-files.ts";
import { type CertifiedKey, type IssueDeps, issueServerCertificate } from "./issue-certificate.ts";
import { ShownIdentity } from "./shown-identity.ts";

export type ServerCertificateDeps = IssueDeps & {
  readonly clock: Clock;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

const dayMs = 86_400_000;
const lifeMs = 90 * dayMs;
const checkEveryMs = 3_600_000;

export class ServerCertificate extends ShownIdentity implements Service {
  readonly #file: string;
  readonly #authority: Authority;
  readonly #names: () => readonly string[];
  readonly #deps: ServerCertificateDeps;
  readonly #checking: RegularWork;

  /**
   * @param folder `DATA_DIR/tls`, which is there.
   * @param names Host names and addresses that clients may know the server by, as they are now.
   */
  constructor(folder: string, authority: Authority, names: () => readonly string[], deps: ServerCertificateDeps) {
    super();
    this.#file = join(folder, "api.pem");
    this.#authority = authority;
    this.#names = names;
    this.#deps = deps;
    const doing = `renewing the certificate in ${this.#file}`;
    const work = () => this.#check();
    this.#checking = new RegularWork({ ...deps, everyMs: checkEveryMs, isIdle: true, doing, work });
  }

  /** @throws {ServerError} Where its file is another user's. */
  async start(): Promise<void> {
    const kept = await readPrivateFile(this.#file);
    const identity = kept === undefined ? undefined : { certificate: kept, privateKey: kept };
    if (identity !== undefined && this.#isGood(identity)) this.show(identity);
    else await this.#renew();
    this.#checking.start();
  }

  /** No file is written once the folder may be another process's. */
  async stop(): Promise<void> {
    await this.#checking.stop();
  }

  async #check(): Promise<void> {
    if (!this.#isGood(this.current())) await this.#renew();
  }

  async #renew(): Promise<void> {
    const fromMs = this.#deps.clock.nowMs() - backdatedMs;
    const endMs = Date.parse(this.#authority.certificate.validTo);
    const validity = { fromMs, untilMs: Math.min(fromMs + lifeMs, endMs) };
    const identity = issueServerCertificate(this.#names(), validity, this.#authority, this.#deps);
    // It is shown also where it cannot be kept: the next start makes another.
    this.show(identity);
    await writePrivateFile(this.#file, identity.privateKey + identity.certificate);
  }

  /** Signed by this CA with its key beside it, for all names, and not in the last third of its life. */
  #isGood(identity: CertifiedKey): boolean {
    try {
      const certificate = new X509Certificate(identity.certificate);
      const [fromMs, untilMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
      const nowMs = this.#deps.clock.nowMs();
      return (
        certificate.verify(this.#authority.certificate.publicKey) &&
        certificate.checkPrivateKey(createPrivateKey(identity.privateKey)) &&
        fromMs <= nowMs &&
        nowMs < fromMs + ((untilMs - fromMs) * 2) / 3 &&
        this.#names().every((name) => certificate.checkHost(name) ?? certificate.checkIP(name))
      );
    } catch {
      // Whatever was done to the file, another one is as good.
      return false;
    }
  }
}
