// How the resource API is served over TLS: with a certificate of the server's own CA, for every name that clients may know it by.
import { hostname } from "node:os";
import { join } from "node:path";
import type { ComponentDeps } from "@neverland/component-kit/component.ts";
import { reachableAddresses } from "@neverland/platform/network/interfaces.ts";
import { type Authority, ensureAuthority } from "@neverland/platform/tls/authority-files.ts";
import { ServerCertificate } from "@neverland/platform/tls/server-certificate.ts";
import type { ServerConfig } from "./config.ts";
import { isAnyAddress } from "./server-settings.ts";

export type ApiTls = { readonly authority: Authority; readonly certificate: ServerCertificate };

/** Every program of this machine may use these. */
const ownNames = ["localhost", "127.0.0.1", "::1"];

/** @returns Undefined where plain HTTP is chosen. @throws {ServerError} `bad-data-dir` */
export async function apiTls(
  { shared, server: { api } }: ServerConfig,
  { clock, randomBytes, onError }: Pick<ComponentDeps<unknown>, "clock" | "randomBytes" | "onError">,
): Promise<ApiTls | undefined> {
  if (api.plainHttp !== "never") return undefined;
  const folder = join(shared.dataDir, "tls");
  const authority = await ensureAuthority(folder, { nowMs: () => clock.nowMs(), randomBytes });
  const names = (): readonly string[] => {
    const { host } = api.listen;
    const listened = isAnyAddress(host) ? [...reachableAddresses(), hostname()] : [host];
    return [...new Set([...ownNames, ...listened, ...api.tls.names])];
  };
  return { authority, certificate: new ServerCertificate(folder, authority, names, { clock, randomBytes, onError }) };
}
