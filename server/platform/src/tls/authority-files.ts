// The server's own CA: made when it is not there. Clients know its certificate for ten years, so that one which is lost is told, and never made
// anew in silence. One file has its key and its certificate, so that no crash parts them; the certificate alone is beside it, for clients.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { authorityName } from "@neverland/api/own-authority";
import { makeFolders } from "../files/make-folders.ts";
import { closeFolderToOthers, closeToOthers, readPrivateFile, writePrivateFile } from "../files/private-file.ts";
import { ServerError } from "../server-error.ts";
import { type IssueDeps, issueAuthority } from "./issue-certificate.ts";

export type Authority = {
  /** In PEM form. */
  readonly pem: string;
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
};

export type AuthorityDeps = IssueDeps & { readonly nowMs: () => number };

/** @param folder Of the server: `DATA_DIR/tls`. */
export const authorityFiles = (folder: string) => ({
  /** Made of the other. */
  certificate: join(folder, "ca.crt"),
  /** The key, and the certificate after it. */
  key: join(folder, "ca.key"),
});

const dayMs = 86_400_000;
const authorityDays = 3652;
/** Clocks of clients that are a little behind. */
export const backdatedMs = 3_600_000;

/**
 * Reads the CA, or makes it where there is none.
 * @throws {ServerError} `bad-data-dir`, naming what to do, when it is broken, over, or half of it is lost.
 */
export async function ensureAuthority(folder: string, deps: AuthorityDeps): Promise<Authority> {
  const files = authorityFiles(folder);
  await closeFolderToOthers(folder);
  // It is for everybody to read.
  await closeToOthers(files.certificate);
  const both = await readPrivateFile(files.key, undefined, mendOpenKey(files));
  const shown = await readPrivateFile(files.certificate);
  if (both === undefined && shown === undefined) return await newAuthority(folder, deps);
  if (both === undefined) throw broken(files.key, "the key of the server's CA is not there", folder);
  const certificate = readCertificate(both, files.key, folder);
  const authority = { pem: certificate.toString(), certificate, privateKey: readKey(both, files.key, folder) };
  if (!certificate.checkPrivateKey(authority.privateKey))
    throw broken(files.key, "its key is not that of its certificate", folder);
  if (Date.parse(certificate.validTo) <= deps.nowMs())
    throw broken(files.key, `the server's CA was good until ${certificate.validTo}`, folder);
  if (shown !== authority.pem) await writePrivateFile(files.certificate, authority.pem);
  return authority;
}

/** Writes a new CA over what is there: whoever knows the old one does not believe this server until it is given the new one. */
export async function newAuthority(folder: string, deps: AuthorityDeps): Promise<Authority> {
  const fromMs = deps.nowMs() - backdatedMs;
  const validity = { fromMs, untilMs: fromMs + authorityDays * dayMs };
  // Those of one machine are told apart by the day; RFC 5280 gives a common name 64 characters.
  const made = new Date(deps.nowMs()).toISOString().slice(0, 10);
  const host = hostname()
    .replaceAll(/[^\w.-]/g, "-")
    .slice(0, 35);
  const issued = issueAuthority(`${authorityName} ${host} ${made}`, validity, deps);
  const files = authorityFiles(folder);
  await makeFolders(folder, 0o700);
  const certificate = new X509Certificate(issued.certificate);
  const pem = certificate.toString();
  await writePrivateFile(files.key, issued.privateKey + pem);
  await writePrivateFile(files.certificate, pem);
  return { pem, certificate, privateKey: createPrivateKey(issued.privateKey) };
}

/** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` shows it. */
export function fingerprintOf({ certificate }: Pick<Authority, "certificate">): string {
  return `SHA256:${certificate.fingerprint256}`;
}

function readCertificate(pem: string, file: string, folder: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw broken(file, "it holds no certificate", folder, cause);
  }
}

function readKey(pem: string, file: string, folder: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw broken(file, "it holds no private key", folder, cause);
  }
}

/** As a backup that is unpacked without its modes leaves it. */
function mendOpenKey({ key, certificate }: ReturnType<typeof authorityFiles>): string {
  return `if nobody else could get at it, \`chmod 600 ${key}\`; otherwise remove ${certificate} and ${key}, and the next start makes a new CA, which every client must then be given`;
}

function broken(file: string, why: string, folder: string, cause?: unknown): ServerError {
  const { certificate, key } = authorityFiles(folder);
  const mend = `put it back from a backup; or remove ${certificate} and ${key}, and the next start makes a new CA, which every client must then be given`;
  return new ServerError("bad-data-dir", `${file}: ${why}: ${mend}`, { cause });
}
