// The certificate that the server shows where somebody else makes and renews it: read at the start, and anew when its files change.
import { X509Certificate } from "node:crypto";
import type { Service } from "../service.ts";
import type { Clock } from "../time/clock.ts";
import { RegularWork } from "../wait/regular-work.ts";
import { type CertificateFiles, readCertificateFiles } from "./certificate-files.ts";
import type { CertifiedKey } from "./issue-certificate.ts";
import { ShownIdentity } from "./shown-identity.ts";

export type GivenCertificateDeps = {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
};

const lookEveryMs = 60_000;

export class GivenCertificate extends ShownIdentity implements Service {
  readonly #files: CertificateFiles;
  readonly #deps: GivenCertificateDeps;
  readonly #looking: RegularWork;
  /** What was last warned of: the same is not told each minute. */
  #told: string | undefined;

  constructor(files: CertificateFiles, deps: GivenCertificateDeps) {
    super();
    this.#files = files;
    this.#deps = deps;
    const onError = ({ error }: { error: unknown }): void => this.#warnOf(error);
    const work = () => this.#look();
    const doing = "reading the certificate";
    this.#looking = new RegularWork({ clock: deps.clock, everyMs: lookEveryMs, isIdle: true, doing, work, onError });
  }

  /** @throws {ServerError} `bad-config` */
  async start(): Promise<void> {
    const identity = await readCertificateFiles(this.#files);
    this.show(identity);
    this.#warnOfDates(identity);
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  /** What was written over is found also where its time was kept: both files are short. */
  async #look(): Promise<void> {
    const found = await readCertificateFiles(this.#files);
    const { certificate, privateKey } = this.current();
    if (found.certificate !== certificate || found.privateKey !== privateKey) this.show(found);
    this.#warnOfDates(found);
  }

  #warnOf(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#warn(`${why}; the resource API goes on with the certificate that was there before, and looks each minute`);
  }

  #warnOfDates({ certificate }: CertifiedKey): void {
    const { validTo } = new X509Certificate(certificate);
    if (Date.parse(validTo) <= this.#deps.clock.nowMs())
      this.#warn(`${this.#files.named.certificate} was good until ${validTo}: clients do not believe it; renew it`);
    else this.#told = undefined;
  }

  #warn(message: string): void {
    if (message !== this.#told) this.#deps.warn(message);
    this.#told = message;
  }
}
