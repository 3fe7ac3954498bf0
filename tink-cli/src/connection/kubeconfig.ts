// What `tink` takes from a kubeconfig: of its current context, where the server is, who signs its certificate, and the token.
import { readFile } from "node:fs/promises";
import { delimiter, dirname, resolve } from "node:path";
import { readYaml } from "@neverland/yaml";
import { CliError } from "../cli-error.ts";
import { type Kubeconfig, readKubeconfigContent } from "./kubeconfig-content.ts";

/** Of one file, or of several that are read as one. */
export type KubeconfigAccess = {
  readonly server: string;
  /** Empty where it is not ours. */
  readonly token: string;
  /** In PEM form. */
  readonly authority?: string | undefined;
  /** What the certificate is for, where the address is another. */
  readonly serverName?: string | undefined;
  /** Whether it was written for a server of this product, and not for some Kubernetes. */
  readonly isOurs: boolean;
  readonly file: string;
};

/** What `tink up` calls its cluster, its user and its context, and marks the cluster with: that stays when files are merged and renamed. */
const ourName = "neverland";
const ourMark = "neverland.dev";

/** Ways in that this server has not. */
const otherWays = ["client-certificate", "client-certificate-data", "exec", "auth-provider", "username"];

/** The files that `KUBECONFIG` names. */
export function kubeconfigFiles(variable: string | undefined): string[] {
  return (variable ?? "").split(delimiter).filter((file) => file !== "");
}

/**
 * Several are read as kubectl does: of what has the same name, the first counts.
 * @returns Undefined when none is there, or none has a current context.
 * @throws {CliError} `refused` when one may not be read, `usage` when one is no kubeconfig, or its user has no token.
 */
export async function readKubeconfig(files: readonly string[]): Promise<KubeconfigAccess | undefined> {
  const read: { file: string; config: Kubeconfig }[] = [];
  for (const file of files) {
    const config = await readOne(file);
    if (config !== undefined) read.push({ file, config });
  }
  const current = read.find(({ config }) => config.currentContext)?.config.currentContext;
  const context = read.flatMap(({ config }) => config.contexts).find(({ name }) => name === current)?.value;
  if (context === undefined) return undefined;
  const place = read.find(({ config }) => config.clusters.some(({ name }) => name === context.cluster));
  const found = place?.config.clusters.find(({ name }) => name === context.cluster)?.value;
  if (place === undefined || found === undefined) return undefined;
  const isOurs = context.cluster === ourName || found.extensions.includes(ourMark);
  const { file } = place;
  if (!isOurs) return { server: found.server, token: "", isOurs, file };
  if (found.skipsVerify)
    throw new CliError(
      "usage",
      `${file}: insecure-skip-tls-verify is not honoured: name the CA by certificate-authority`,
    );
  const { authorityData, authorityFile, serverName } = found;
  const authority = authorityData
    ? Buffer.from(authorityData, "base64").toString("utf8")
    : authorityFile && (await readBeside(file, authorityFile, "certificate-authority"));
  const token = await tokenOf(read, context.user);
  return { server: found.server, token, authority, serverName, isOurs, file };
}

async function tokenOf(read: readonly { file: string; config: Kubeconfig }[], name: string): Promise<string> {
  for (const { file, config } of read) {
    const found = config.users.find((one) => one.name === name)?.value;
    if (found === undefined) continue;
    if (found.token) return found.token;
    if (found.tokenFile) return (await readBeside(file, found.tokenFile, "tokenFile")).trim();
    const way = otherWays.find((one) => found.members.includes(one));
    const why = way === undefined ? "has no token" : `gets in by ${way}, which this server does not know`;
    throw new CliError(
      "usage",
      `${file}: the user ${name} ${why}: give it a token; "tink token create NAME" on the server makes one.`,
    );
  }
  throw new CliError(
    "usage",
    `${read.map(({ file }) => file).join(delimiter)}: there is no user ${name}, whom the current context names.`,
  );
}

async function readBeside(kubeconfig: string, file: string, what: string): Promise<string> {
  const path = resolve(dirname(kubeconfig), file);
  return await readFile(path, "utf8").catch((error: unknown) => {
    const why = error instanceof Error ? error.message : error;
    throw new CliError("usage", `${kubeconfig}: ${what} ${file} cannot be read: ${why}`, { cause: error });
  });
}

async function readOne(path: string): Promise<Kubeconfig | undefined> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CliError(
      "refused",
      `${path} cannot be read: ${error instanceof Error ? error.message : error}.\n` +
        `Run this as the user who runs that "tink up" (root: with sudo), or name the server with --server and --token-file.`,
      { cause: error },
    );
  }
  const read = readYaml(content);
  if (!read.ok) {
    const [{ line, column, message }] = read.faults;
    throw new CliError("usage", `${path}:${line}:${column}: not a kubeconfig of tink up: ${message}`);
  }
  try {
    return readKubeconfigContent(read.document.value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError("usage", `${path} is not a kubeconfig of tink up: ${error.message}`, { cause: error });
  }
}
