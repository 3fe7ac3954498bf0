// The certificate that is shown now, and who is told of each new one.
import type { CertifiedKey } from "./issue-certificate.ts";

/** What a TLS listener shows. */
export type TlsIdentity = {
  current(): CertifiedKey;
  /** Calls back with each new one. @returns What ends that. */
  onChange(listener: (identity: CertifiedKey) => void): () => void;
};

export class ShownIdentity implements TlsIdentity {
  readonly #listeners = new Set<(identity: CertifiedKey) => void>();
  #current: CertifiedKey | undefined;

  current(): CertifiedKey {
    if (this.#current === undefined) throw new TypeError("the certificate is asked for before it is there");
    return this.#current;
  }

  onChange(listener: (identity: CertifiedKey) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  show(identity: CertifiedKey): void {
    this.#current = identity;
    for (const listener of this.#listeners) listener(identity);
  }
}
