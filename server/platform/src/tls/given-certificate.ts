// The certificate that the server shows where somebody else makes and renews it: read at the start, and anew when its files change.
import { X509Certificate } from "node:crypto";
import type { Service } from "../service.ts";
import type { Clock } from "../time/clock.ts";
import { type CertificateFiles, readCertificateFiles } from "./certificate-files.ts";
import type { CertifiedKey } from "./issue-certificate.ts";
import type { TlsIdentity } from "./server-certificate.ts";

export type GivenCertificateDeps = {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
};

const lookEveryMs = 60_000;

export class GivenCertificate implements TlsIdentity, Service {
  readonly #files: CertificateFiles;
  readonly #deps: GivenCertificateDeps;
  readonly #listeners = new Set<(identity: CertifiedKey) => void>();
  #current: CertifiedKey | undefined;
  /** What was last warned of: the same is not told each minute. */
  #told: string | undefined;
  #giveUp = (): void => undefined;
  #isStopped = false;

  constructor(files: CertificateFiles, deps: GivenCertificateDeps) {
    this.#files = files;
    this.#deps = deps;
  }

  /** @throws {ServerError} `bad-config` */
  async start(): Promise<void> {
    this.#current = await readCertificateFiles(this.#files);
    this.#warnOfDates(this.#current);
    this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#giveUp();
  }

  current(): CertifiedKey {
    if (this.#current === undefined) throw new TypeError("the certificate is asked for before it is there");
    return this.#current;
  }

  onChange(listener: (identity: CertifiedKey) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #lookLater(): void {
    this.#giveUp = this.#deps.clock.after(lookEveryMs, () => void this.#look(), true);
  }

  /** What was written over is found also where its time was kept: both files are short. */
  async #look(): Promise<void> {
    try {
      const found = await readCertificateFiles(this.#files);
      const { certificate, privateKey } = this.current();
      if (found.certificate !== certificate || found.privateKey !== privateKey) {
        this.#current = found;
        for (const listener of this.#listeners) listener(found);
      }
      this.#warnOfDates(found);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warn(`${why}; the resource API goes on with the certificate that was there before, and looks each minute`);
    }
    if (!this.#isStopped) this.#lookLater();
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
