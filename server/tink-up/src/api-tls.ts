// How the resource API is served over TLS: with a certificate of the server's own CA, for every name that clients may know it by; or with one
// that somebody else has made.
import { hostname } from "node:os";
import { join } from "node:path";
import type { ComponentDeps } from "@neverland/component-kit/component.ts";
import { reachableAddresses } from "@neverland/platform/network/interfaces.ts";
import type { Service } from "@neverland/platform/service.ts";
import { ensureAuthority, fingerprintOf } from "@neverland/platform/tls/authority-files.ts";
import { type CertificateFiles, readCertificateFiles } from "@neverland/platform/tls/certificate-files.ts";
import { GivenCertificate } from "@neverland/platform/tls/given-certificate.ts";
import { ServerCertificate } from "@neverland/platform/tls/server-certificate.ts";
import type { TlsIdentity } from "@neverland/platform/tls/shown-identity.ts";
import type { ServerConfig } from "./settings/config.ts";
import { isAnyAddress } from "./settings/server-settings.ts";
import { type Trust, trustIn } from "./trust.ts";

export type ApiTls = {
  readonly certificate: TlsIdentity & Service;
  /** What a client must know to believe the server at a URL. */
  readonly trustFor: (url: string) => Trust;
  /** Of the server's own CA. */
  readonly fingerprint?: string;
};

type Deps = Pick<ComponentDeps<unknown>, "clock" | "randomBytes" | "onError" | "warn">;

/** Every program of this machine may use these. */
const ownNames = ["localhost", "127.0.0.1", "::1"];

/** @returns Undefined where plain HTTP is chosen. @throws {ServerError} `bad-data-dir` */
export async function apiTls(config: ServerConfig, deps: Deps): Promise<ApiTls | undefined> {
  if (config.server.api.plainHttp !== "never") return undefined;
  const files = certificateFiles(config);
  if (files === undefined) return await ownTls(config, deps);
  const certificate = new GivenCertificate(files, deps);
  return { certificate, trustFor: (url) => trustIn(certificate.current().certificate, url) };
}

/** Before anything is begun. @throws {ServerError} `bad-config` */
export async function checkApiCertificate(config: ServerConfig): Promise<void> {
  const files = certificateFiles(config);
  if (files !== undefined) await readCertificateFiles(files);
}

function certificateFiles({ server, settings }: ServerConfig): CertificateFiles | undefined {
  const { certificateFile: certificate, keyFile: key } = server.api.tls;
  if (certificate === undefined || key === undefined) return undefined;
  const named = {
    certificate: `${settings.nameOf("api.tls.certificateFile")} ${certificate}`,
    key: `${settings.nameOf("api.tls.keyFile")} ${key}`,
  };
  return { certificate, key, named };
}

async function ownTls(
  { shared, server: { api } }: ServerConfig,
  { clock, randomBytes, onError }: Deps,
): Promise<ApiTls> {
  const folder = join(shared.dataDir, "tls");
  const authority = await ensureAuthority(folder, { nowMs: () => clock.nowMs(), randomBytes });
  const names = (): readonly string[] => {
    const { host } = api.listen;
    const listened = isAnyAddress(host) ? [...reachableAddresses(), hostname()] : [host];
    return [...new Set([...ownNames, ...listened, ...api.tls.names])];
  };
  return {
    certificate: new ServerCertificate(folder, authority, names, { clock, randomBytes, onError }),
    trustFor: () => ({ authority: authority.pem }),
    fingerprint: fingerprintOf(authority),
  };
}
