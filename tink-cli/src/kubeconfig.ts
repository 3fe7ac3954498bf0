// What `tink` takes from a kubeconfig: of its current context, where the server is, who signs its certificate, and the token.
import { readFile } from "node:fs/promises";
import { delimiter, dirname, resolve } from "node:path";
import { readYaml } from "@neverland/yaml";
import { z } from "zod";
import { CliError } from "./cli-error.ts";

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

const text = z.string().optional();
const cluster = z.object({
  server: z.url(),
  "certificate-authority-data": z.base64().optional(),
  "certificate-authority": text,
  "tls-server-name": text,
  "insecure-skip-tls-verify": z.boolean().optional(),
  extensions: z.array(z.object({ name: z.string() })).optional(),
});
const user = z.looseObject({ token: text, tokenFile: text });
const schema = z.object({
  clusters: z.array(z.object({ name: z.string(), cluster })).default([]),
  users: z.array(z.object({ name: z.string(), user })).default([]),
  contexts: z
    .array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }))
    .default([]),
  "current-context": text,
});
type Kubeconfig = z.infer<typeof schema>;

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
  const current = read.find(({ config }) => config["current-context"])?.config["current-context"];
  const context = read.flatMap(({ config }) => config.contexts).find(({ name }) => name === current)?.context;
  if (context === undefined) return undefined;
  const place = read.find(({ config }) => config.clusters.some(({ name }) => name === context.cluster));
  const found = place?.config.clusters.find(({ name }) => name === context.cluster)?.cluster;
  if (place === undefined || found === undefined) return undefined;
  const isOurs = context.cluster === ourName || (found.extensions ?? []).some(({ name }) => name === ourMark);
  const { file } = place;
  if (!isOurs) return { server: found.server, token: "", isOurs, file };
  if (found["insecure-skip-tls-verify"])
    throw new CliError(
      "usage",
      `${file}: insecure-skip-tls-verify is not honoured: name the CA by certificate-authority`,
    );
  const authorityFile = found["certificate-authority"];
  const data = found["certificate-authority-data"];
  const authority = data
    ? Buffer.from(data, "base64").toString("utf8")
    : authorityFile && (await readBeside(file, authorityFile, "certificate-authority"));
  const token = await tokenOf(read, context.user);
  return { server: found.server, token, authority, serverName: found["tls-server-name"], isOurs, file };
}

async function tokenOf(read: readonly { file: string; config: Kubeconfig }[], name: string): Promise<string> {
  for (const { file, config } of read) {
    const found = config.users.find((one) => one.name === name)?.user;
    if (found === undefined) continue;
    if (found.token) return found.token;
    if (found.tokenFile) return (await readBeside(file, found.tokenFile, "tokenFile")).trim();
    const way = otherWays.find((one) => one in found);
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
  const config = schema.safeParse(read.document.value);
  if (!config.success)
    throw new CliError("usage", `${path} is not a kubeconfig of tink up: ${z.prettifyError(config.error)}`);
  return config.data;
}
