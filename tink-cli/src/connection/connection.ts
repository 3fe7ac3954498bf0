// Finds the server that commands talk to, the CA that it is known by, and the token it wants.
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { type KubeconfigAccess, kubeconfigFiles, readKubeconfig } from "./kubeconfig.ts";
import { requirePrivateWay, requireSameServer } from "./token-guard.ts";

export type Connection = {
  readonly server: string;
  readonly token: string;
  /** The CA that has signed the server's certificate, in PEM form; absent: one that the system trusts. */
  readonly authority?: string | undefined;
  /** The name that the certificate is for, where the address is another. */
  readonly serverName?: string | undefined;
  /** A flag, a variable or a file, for saying whose token is refused. */
  readonly tokenFrom?: string;
};

export type ConnectionOptions = {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly dataDir?: string | undefined;
  /** The token may be sent over plain HTTP to another machine. */
  readonly insecurePlainHttp?: boolean | undefined;
};

/** A server of this machine that takes no connection by then is none. */
const probeMs = 500;

/** Where `tink up` keeps its data when it is not told: the system's place for root, the user's own for others. */
export function defaultDataDir(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return "/var/lib/neverland";
  return join(env.XDG_DATA_HOME || join(homedir(), ".local/share"), "neverland");
}

/** Where the first `tink demo --keep` leaves the way in, while it runs. */
export function demoDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_STATE_HOME || join(homedir(), ".local/state"), "neverland/demo");
}

/**
 * Flags, `--data-dir` among them, go before the environment (`TINK_SERVER`, `TINK_TOKEN`, `TINK_CA`), that before the kubeconfig that
 * `KUBECONFIG` names where it is one of ours, that before the one of `tink up` on this machine, that before the one of a demo that was kept.
 * @throws {CliError} `unavailable` when none is there; it names the places that were looked at. `refused` when one may not be read, `usage`
 *   when one is no URL, or its token is not to be sent there.
 */
export async function findConnection(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  isRoot: boolean,
): Promise<Connection> {
  const connection = await chooseConnection(options, env, isRoot);
  requirePrivateWay(connection.server, options.insecurePlainHttp === true || env.TINK_INSECURE_PLAIN_HTTP === "1");
  return connection;
}

async function chooseConnection(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  isRoot: boolean,
): Promise<Connection> {
  const named = options.dataDir === undefined ? env : {};
  const server = firstOf({ "--server": options.server, TINK_SERVER: named.TINK_SERVER });
  const token = await tokenOf(options, named);
  const ca = firstOf({ "--certificate-authority": options.certificateAuthority, TINK_CA: named.TINK_CA });
  const url = server && readServer(server);
  const authority = ca && (await readNamed(ca));
  const isWhole = url !== undefined && token !== undefined;
  if (isWhole && (ca !== undefined || url.startsWith("http:")))
    return { server: url, token: token.value, authority, tokenFrom: token.name };
  const dirs = options.dataDir === undefined ? [defaultDataDir(env, isRoot), demoDir(env)] : [options.dataDir];
  // As with kubectl, what is said of the server leaves the CA as it is.
  const found = await firstAccess(kubeconfigFiles(named.KUBECONFIG), dirs).catch((error: unknown) => {
    if (!isWhole) throw error;
  });
  if (found !== undefined) {
    if (server !== undefined && url !== undefined && token === undefined)
      requireSameServer({ ...server, value: url }, found, ca === undefined ? found.authority : undefined);
    return {
      ...{ server: url ?? withoutPassword(found.server), token: token?.value ?? found.token },
      ...{ authority: authority ?? found.authority, serverName: url === undefined ? found.serverName : undefined },
      tokenFrom: token?.name ?? found.file,
    };
  }
  if (isWhole) return { server: url, token: token.value, tokenFrom: token.name };
  throw new CliError(
    "unavailable",
    `No ${server ? "token" : "server"} was found: ${whatIsGiven(server, token, named === env && env)}there is no kubeconfig in ${dirs.join(" or ")}.\n` +
      `Start one with "tink up", or "tink lab up" for one with virtual machines, look at "tink demo --keep", or name it with --server and --token-file.`,
  );
}

async function firstAccess(files: readonly string[], dirs: readonly string[]): Promise<KubeconfigAccess | undefined> {
  const chosen = await readKubeconfig(files);
  if (chosen?.isOurs) return chosen;
  let dead: KubeconfigAccess | undefined;
  for (const [at, dir] of dirs.entries()) {
    const access = await readKubeconfig([join(dir, "kubeconfig")]);
    if (access === undefined) continue;
    // The last one is taken as it is. One that has ended must not hide another that runs.
    if (at === dirs.length - 1 && dead === undefined) return access;
    if (await isListening(access.server)) return access;
    dead ??= access;
  }
  return dead;
}

async function isListening(server: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(server);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (protocol === "https:" ? 443 : 80)),
  });
  socket.setTimeout(probeMs, () => resolve(false));
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  const isOpen = await promise;
  socket.destroy();
  return isOpen;
}

async function tokenOf(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<Named | undefined> {
  const flag = firstOf({ "--token": options.token });
  if (flag !== undefined) return flag;
  const file = firstOf({ "--token-file": options.tokenFile });
  if (file === undefined) return firstOf({ TINK_TOKEN: env.TINK_TOKEN });
  const value = (await readNamed(file)).trim();
  if (/^\S+$/.test(value)) return { name: `${file.name} ${file.value}`, value };
  throw new CliError("usage", `${file.name} ${file.value}: expected one token, without blanks in it.`);
}

async function readNamed({ name, value }: Named): Promise<string> {
  return await readFile(value, "utf8").catch((error: unknown) => {
    const why = error instanceof Error ? error.message : error;
    throw new CliError("usage", `${name} ${value} cannot be read: ${why}`, { cause: error });
  });
}

type Named = { readonly name: string; readonly value: string };

function firstOf(places: Readonly<Record<string, string | undefined>>): Named | undefined {
  const found = Object.entries(places).find(([, value]) => value);
  return found && { name: found[0], value: found[1] ?? "" };
}

/** @param env False where it was not read. */
function whatIsGiven(server: Named | undefined, token: Named | undefined, env: NodeJS.ProcessEnv | false): string {
  if (server)
    return `${server.name} names the server ${server.value}, but neither TINK_TOKEN nor --token-file its token, and `;
  if (token) return `${token.name} is set, but neither TINK_SERVER nor --server, and `;
  if (!env) return "";
  const kubeconfig = env.KUBECONFIG ? `KUBECONFIG (${env.KUBECONFIG}) leads to no server of this product, ` : "";
  return `TINK_SERVER and TINK_TOKEN are not set, ${kubeconfig}and `;
}

/** As a URL without what fetch wants nowhere but in a header. */
function readServer({ name, value }: Named): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "")
    throw new CliError("usage", `${name} ${value}: expected a URL such as https://127.0.0.1:7480.`);
  return withoutPassword(value);
}

/** fetch wants it nowhere but in a header. */
function withoutPassword(server: string): string {
  const url = new URL(server);
  url.username = "";
  url.password = "";
  return url.href.replace(/\/$/, "");
}
