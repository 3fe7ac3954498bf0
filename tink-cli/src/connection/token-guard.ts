// Where a token may go. Whoever gets one may do everything, so that none goes to a server that it is not of, or where others read it on the way.
import { networkInterfaces } from "node:os";
import { isLoopback } from "@neverland/api/loopback";
import { isOwnAuthority } from "@neverland/api/own-authority";
import { CliError } from "../cli-error.ts";
import type { KubeconfigAccess } from "./kubeconfig.ts";

/**
 * A kubeconfig's token goes to that kubeconfig's server: where it says, or to who proves by its own CA to be it. kubectl sends it wherever
 * `--server` says.
 * @param named By a flag or a variable. @param authority By which its certificate is checked, where that is the kubeconfig's.
 * @throws {CliError} `usage`
 */
export function requireSameServer(
  named: { readonly name: string; readonly value: string },
  { server, file }: Pick<KubeconfigAccess, "server" | "file">,
  authority: string | undefined,
): void {
  const { origin, protocol } = new URL(named.value);
  if (origin === new URL(server).origin) return;
  if (protocol === "https:" && isOwnAuthority(authority)) return;
  throw new CliError(
    "usage",
    `${named.name} ${named.value}: no token is given for it, and that of ${file} is for ${server}: it is sent to no other server.\n` +
      "Give it the server's own by --token-file or TINK_TOKEN (tink token create makes one), or name its kubeconfig by KUBECONFIG.",
  );
}

/** @throws {CliError} `usage` when whoever is on the way would read the token. */
export function requirePrivateWay(server: string, isConsented: boolean): void {
  const { protocol, hostname } = new URL(server);
  if (protocol === "https:" || isConsented || isThisMachine(hostname)) return;
  throw new CliError(
    "usage",
    `${server} is plain HTTP to another machine: whoever is on the way reads the token, and may then do everything. Nothing was sent.\n` +
      "Leave api.plainHttp out there, and it is HTTPS; or say --insecure-plain-http (TINK_INSECURE_PLAIN_HTTP=1), if nobody can listen.",
  );
}

function isThisMachine(hostname: string): boolean {
  const plain = hostname.replace(/^\[|\]$/g, "");
  const isOwn = (addresses: readonly { address: string }[] = []): boolean =>
    addresses.some(({ address }) => address === plain);
  return isLoopback(hostname) || Object.values(networkInterfaces()).some(isOwn);
}
