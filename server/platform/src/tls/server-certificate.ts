// The certificate that the server shows, signed by its own CA: made at the start, renewed while it runs.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../files/private-file.ts";
import type { Service } from "../service.ts";
import type { Clock } from "../time/clock.ts";
import { type Authority, backdatedMs } from "./authority-files.ts";
import { type CertifiedKey, type IssueDeps, issueServerCertificate } from "./issue-certificate.ts";

/** What a TLS listener shows. */
export type TlsIdentity = {
  current(): CertifiedKey;
  /** Calls back with each new one. @returns What ends that. */
  onChange(listener: (identity: CertifiedKey) => void): () => void;
};

export type ServerCertificateDeps = IssueDeps & {
  readonly clock: Clock;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
};

const dayMs = 86_400_000;
const lifeMs = 90 * dayMs;
const checkEveryMs = 3_600_000;

export class ServerCertificate implements TlsIdentity, Service {
  readonly #file: string;
  readonly #authority: Authority;
  readonly #names: () => readonly string[];
  readonly #deps: ServerCertificateDeps;
  readonly #listeners = new Set<(identity: CertifiedKey) => void>();
  #current: CertifiedKey | undefined;
  #giveUp = (): void => undefined;
  #checking: Promise<void> | undefined;
  #isStopped = false;

  /**
   * @param folder `DATA_DIR/tls`, which is there.
   * @param names Host names and addresses that clients may know the server by, as they are now.
   */
  constructor(folder: string, authority: Authority, names: () => readonly string[], deps: ServerCertificateDeps) {
    this.#file = join(folder, "api.pem");
    this.#authority = authority;
    this.#names = names;
    this.#deps = deps;
  }

  /** @throws {ServerError} Where its file is another user's. */
  async start(): Promise<void> {
    const kept = await readPrivateFile(this.#file);
    const identity = kept === undefined ? undefined : { certificate: kept, privateKey: kept };
    if (identity !== undefined && this.#isGood(identity)) this.#current = identity;
    else await this.#renew();
    this.#isStopped = false;
    this.#checkLater();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#giveUp();
    // No file is written once the folder may be another process's.
    await this.#checking;
  }

  current(): CertifiedKey {
    if (this.#current === undefined) throw new TypeError("the certificate is asked for before it is there");
    return this.#current;
  }

  onChange(listener: (identity: CertifiedKey) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #checkLater(): void {
    const check = (): void => {
      this.#checking = this.#check();
    };
    this.#giveUp = this.#deps.clock.after(checkEveryMs, check, true);
  }

  async #check(): Promise<void> {
    try {
      if (!this.#isGood(this.current())) await this.#renew();
    } catch (error) {
      this.#deps.onError({ doing: `renewing the certificate in ${this.#file}`, error, retryInMs: checkEveryMs });
    }
    if (!this.#isStopped) this.#checkLater();
  }

  async #renew(): Promise<void> {
    const fromMs = this.#deps.clock.nowMs() - backdatedMs;
    const endMs = Date.parse(this.#authority.certificate.validTo);
    const validity = { fromMs, untilMs: Math.min(fromMs + lifeMs, endMs) };
    const identity = issueServerCertificate(this.#names(), validity, this.#authority, this.#deps);
    // It is shown also where it cannot be kept: the next start makes another.
    this.#current = identity;
    for (const listener of this.#listeners) listener(identity);
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
