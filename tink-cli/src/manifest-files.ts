// Reads what -f names: files, folders, addresses, or standard input; all of it, or every fault.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { formatFault, type ManifestEntry, readManifest } from "@neverland/api/manifest";
import { CliError } from "./cli-error.ts";
import type { CliContext } from "./context.ts";
import type { Target } from "./resource-names.ts";

export type ManifestObject = ManifestEntry;
type Source = { readonly file: string; readonly content: string };

/** An address that has not sent its file by then is not going to. */
const fetchTimeoutMs = 30_000;

/**
 * @param recursive Whether the folders in a folder are looked into.
 * @throws {CliError} `usage` when a file cannot be read, or with every fault of every file, a line each.
 */
export async function readManifests(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream = Readable.from([]),
  recursive = false,
): Promise<ManifestObject[]> {
  const sources = (await Promise.all(paths.map((path) => readSources(path, stdin, recursive)))).flat();
  const manifests = sources.map(({ file, content }) => readManifest(content, file));
  const faults = manifests.flatMap((manifest) => (manifest.ok ? [] : manifest.faults));
  if (faults.length > 0) throw new CliError("usage", `nothing was applied:\n${faults.map(formatFault).join("\n")}`);
  return manifests.flatMap((manifest) => (manifest.ok ? manifest.resources : []));
}

type FileOptions = { readonly filename?: readonly string[]; readonly recursive?: boolean };

/** The objects that files name, for commands that take `-f` beside names. */
export async function targetsInFiles(
  { filename = [], recursive }: FileOptions,
  askedNamespace: string | undefined,
  { stdin }: CliContext,
): Promise<Target[]> {
  if (filename.length === 0) return [];
  const objects = await readManifests(filename, stdin, recursive);
  checkNamespaces(objects, askedNamespace);
  return objects.map(({ kind, resource: { metadata } }) => {
    const { name, namespace } = metadata;
    if (name === undefined) throw new CliError("usage", `${filename.join(", ")}: a ${kind.kind} has no name`);
    return { kind, name, namespace };
  });
}

/** As kubectl: what a file and the command line say of a namespace is one thing, or neither is meant. @throws {CliError} `usage` */
export function checkNamespaces(objects: readonly ManifestObject[], asked: string | undefined): void {
  for (const { kind, resource } of objects) {
    const { name, namespace } = resource.metadata;
    if (asked === undefined || namespace === undefined || namespace === asked || kind.scope === "cluster") continue;
    throw new CliError(
      "usage",
      `${kind.singular}/${name}: the namespace from the provided object "${namespace}" does not match the namespace "${asked}". ` +
        `Pass --namespace=${namespace}, or take the namespace out of the file; nothing was done.`,
    );
  }
}

async function readSources(path: string, stdin: NodeJS.ReadableStream, recursive: boolean): Promise<Source[]> {
  try {
    if (path === "-") return [{ file: "standard input", content: await text(stdin) }];
    if (/^https?:\/\//.test(path)) return [{ file: path, content: await download(path) }];
    const files = (await stat(path)).isDirectory() ? await manifestsIn(path, recursive) : [path];
    return await Promise.all(files.map(async (file) => ({ file, content: await readFile(file, "utf8") })));
  } catch (error) {
    throw new CliError("usage", `-f ${path} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function download(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (!response.ok) throw new Error(`it is answered with HTTP ${response.status} ${response.statusText}`);
  return await response.text();
}

async function manifestsIn(dir: string, recursive: boolean): Promise<string[]> {
  const names = await readdir(dir, { recursive });
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}
