// Finds the server that commands talk to, and the token it wants.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { readYaml } from "@neverland/yaml";
import { z } from "zod";
import { CliError } from "./cli-error.ts";

export type Connection = {
  readonly server: string;
  readonly token: string;
  /** A flag, a variable or a file, for saying whose token is refused. */
  readonly tokenFrom?: string;
};

export type ConnectionOptions = {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly dataDir?: string | undefined;
};

const kubeconfigSchema = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.url() }) })).min(1),
  users: z.array(z.object({ user: z.object({ token: z.string() }) })).min(1),
});

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
 * Flags, `--data-dir` among them, go before the environment (`TINK_SERVER`, `TINK_TOKEN`), that before the kubeconfig of `tink up` on this
 * machine, that before the one of a demo that was kept.
 * @throws {CliError} `unavailable` when none is there; it names the places that were looked at. `refused` when one may not be read, `usage`
 *   when one is no URL.
 */
export async function findConnection(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  isRoot: boolean,
): Promise<Connection> {
  const named = options.dataDir === undefined ? env : {};
  const server = firstOf({ "--server": options.server, TINK_SERVER: named.TINK_SERVER });
  const token = firstOf({ "--token": options.token, TINK_TOKEN: named.TINK_TOKEN });
  const url = server && readServer(server);
  if (url && token) return { server: url, token: token.value, tokenFrom: token.name };
  const dirs = options.dataDir === undefined ? [defaultDataDir(env, isRoot), demoDir(env)] : [options.dataDir];
  for (const dir of dirs) {
    const file = join(dir, "kubeconfig");
    const found = await readKubeconfig(file);
    if (found === undefined) continue;
    return { server: url ?? found.server, token: token?.value ?? found.token, tokenFrom: token?.name ?? file };
  }
  throw new CliError(
    "unavailable",
    `No ${server ? "token" : "server"} was found: ${whatIsGiven(server, token, named === env)}there is no kubeconfig in ${dirs.join(" or ")}.\n` +
      `Start one with "tink up", look at "tink demo --keep", or name it with --server and --token.`,
  );
}

type Named = { readonly name: string; readonly value: string };

function firstOf(places: Readonly<Record<string, string | undefined>>): Named | undefined {
  const found = Object.entries(places).find(([, value]) => value);
  return found && { name: found[0], value: found[1] ?? "" };
}

function whatIsGiven(server: Named | undefined, token: Named | undefined, readsEnvironment: boolean): string {
  if (server)
    return `${server.name} names the server ${server.value}, but neither TINK_TOKEN nor --token its token, and `;
  if (token) return `${token.name} is set, but neither TINK_SERVER nor --server, and `;
  return readsEnvironment ? "TINK_SERVER and TINK_TOKEN are not set, and " : "";
}

/** As a URL without what fetch wants nowhere but in a header. */
function readServer({ name, value }: Named): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "")
    throw new CliError("usage", `${name} ${value}: expected a URL such as http://127.0.0.1:7480.`);
  return withoutPassword(value);
}

async function readKubeconfig(path: string): Promise<Connection | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CliError(
      "refused",
      `${path} cannot be read: ${error instanceof Error ? error.message : error}.\n` +
        `Run this as the user who runs that "tink up" (root: with sudo), or name the server with --server and --token.`,
      { cause: error },
    );
  }
  const read = readYaml(text);
  if (!read.ok) {
    const [{ line, column, message }] = read.faults;
    throw new CliError("usage", `${path}:${line}:${column}: not a kubeconfig of tink up: ${message}`);
  }
  const config = kubeconfigSchema.safeParse(read.document.value);
  if (!config.success)
    throw new CliError("usage", `${path} is not a kubeconfig of tink up: ${z.prettifyError(config.error)}`);
  const { cluster } = config.data.clusters[0] ?? {};
  const { user } = config.data.users[0] ?? {};
  return cluster && user ? { server: withoutPassword(cluster.server), token: user.token } : undefined;
}

/** kubectl wants the token in the URL of a server without TLS; fetch wants it nowhere but in a header. */
function withoutPassword(server: string): string {
  const url = new URL(server);
  url.username = "";
  url.password = "";
  return url.href.replace(/\/$/, "");
}
