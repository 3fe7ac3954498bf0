// What a client must be given to believe a certificate that somebody else has made.
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

export type Trust = {
  /** In PEM form; absent: whom the client's system trusts. */
  readonly authority?: string;
  /** What the certificate is for, where that is not the URL's host. */
  readonly serverName?: string;
};

/** @param chain In PEM form, the certificate itself first. A root at its end is trusted; a chain without one is the system's to judge. */
export function trustIn(chain: string, url: string): Trust {
  const certificates = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const [own, root] = [certificates[0] ?? chain, certificates.at(-1) ?? chain].map((pem) => new X509Certificate(pem));
  if (own === undefined || root === undefined) return {};
  const isRoot = root.subject === root.issuer && root.verify(root.publicKey);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const isFor = isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host);
  const [, name] = /DNS:([^,\s"]+)/.exec(own.subjectAltName ?? "") ?? [];
  return {
    ...(isRoot && { authority: root.toString() }),
    // Of a wildcard's any name is good.
    ...(isFor === undefined && name !== undefined && { serverName: name.replace(/^\*\./, "neverland.") }),
  };
}
