// By what a CA of this product is known: it signs for one server alone, so that whoever it has signed for is that server.
import { X509Certificate } from "node:crypto";

/** With which its common name begins. */
export const authorityName = "Neverland CA of";

/** @param authority In PEM form. */
export function isOwnAuthority(authority: string | undefined): boolean {
  if (authority === undefined) return false;
  try {
    return new X509Certificate(authority).subject.startsWith(`CN=${authorityName} `);
  } catch {
    return false;
  }
}
