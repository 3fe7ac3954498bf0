// A certificate and its key that somebody else has made, in files.
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { ServerError } from "../server-error.ts";
import type { CertifiedKey } from "./issue-certificate.ts";

export type CertificateFiles = {
  /** In PEM form, the chain after it. */
  readonly certificate: string;
  readonly key: string;
  /** What each is called to who set it: `--grpc-cert FILE`. */
  readonly named: { readonly certificate: string; readonly key: string };
};

/** @throws {ServerError} `bad-config` when a file cannot be read or the two do not belong together. */
export async function readCertificateFiles({ certificate, key, named }: CertificateFiles): Promise<CertifiedKey> {
  // One after the other: of two that are not there the first is named, each time.
  const cert = await readPem(named.certificate, certificate);
  const privateKey = await readPem(named.key, key);
  try {
    createSecureContext({ cert, key: privateKey });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = `${named.certificate} and ${named.key} are not a certificate and its key in PEM form: ${why}`;
    throw new ServerError("bad-config", text, { cause });
  }
  return { certificate: cert, privateKey };
}

const whyUnreadable: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "this user may not read it"],
]);

async function readPem(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    throw new ServerError("bad-config", `${what}: ${whyUnreadable.get(code) ?? String(cause)}`, { cause });
  }
}
