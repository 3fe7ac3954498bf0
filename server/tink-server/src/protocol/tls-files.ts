// Certificate and key with which the worker protocol is served.
import type { Settings } from "@neverland/component-kit/read-settings.ts";
import type { SharedValues } from "@neverland/component-kit/shared-settings.ts";
import { readCertificateFiles } from "@neverland/platform/tls/certificate-files.ts";
import type { CertifiedKey } from "@neverland/platform/tls/issue-certificate.ts";

/** @throws {ServerError} `bad-config` when a file cannot be read or the two do not belong together. */
export async function readTlsFiles(
  { tinkServer: { tls } }: SharedValues,
  settings: Settings,
): Promise<CertifiedKey | undefined> {
  const { certificateFile: certificate, keyFile: key } = tls;
  if (certificate === undefined || key === undefined) return undefined;
  const named = {
    certificate: `${settings.nameOf("tinkServer.tls.certificateFile")} ${certificate}`,
    key: `${settings.nameOf("tinkServer.tls.keyFile")} ${key}`,
  };
  return await readCertificateFiles({ certificate, key, named });
}
