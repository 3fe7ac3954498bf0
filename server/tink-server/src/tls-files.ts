// Certificate and key with which the worker protocol is served.
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Settings } from "@neverland/component-kit/read-settings.ts";
import type { SharedValues } from "@neverland/component-kit/shared-settings.ts";
import { ServerError } from "@neverland/platform/server-error.ts";

/** In PEM form. */
export type TlsFiles = { readonly certificate: string; readonly privateKey: string };

/** @throws {ServerError} `bad-config` when a file cannot be read or the two do not belong together. */
export async function readTlsFiles(
  { tinkServer: { tls } }: SharedValues,
  settings: Settings,
): Promise<TlsFiles | undefined> {
  const { certificateFile, keyFile } = tls;
  if (certificateFile === undefined || keyFile === undefined) return undefined;
  const ofCertificate = `${settings.nameOf("tinkServer.tls.certificateFile")} ${certificateFile}`;
  const ofKey = `${settings.nameOf("tinkServer.tls.keyFile")} ${keyFile}`;
  const [certificate, privateKey] = await Promise.all([
    readPem(ofCertificate, certificateFile),
    readPem(ofKey, keyFile),
  ]);
  try {
    createSecureContext({ cert: certificate, key: privateKey });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = `${ofCertificate} and ${ofKey} are not a certificate and its key in PEM form: ${why}`;
    throw new ServerError("bad-config", text, { cause });
  }
  return { certificate, privateKey };
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
