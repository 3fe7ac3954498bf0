// Reads what -f names: files, folders, addresses, or standard input; all of it, or every fault.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { apiVersionOf, findKindNames } from "@neverland/api/kind-names";
import { formatFault, type ManifestEntry, readManifest } from "@neverland/api/manifest";
import { CliError } from "../cli-error.ts";
import type { Target } from "../command-line/resource-names.ts";
import type { CliContext } from "../context.ts";
import { fileChunks, limitedText } from "./limited-text.ts";

export type ManifestObject = ManifestEntry;
type Source = { readonly file: string; readonly content: string };

/** An address that has not sent its file by then is not going to. */
const fetchTimeoutMs = 30_000;

/** What has not come by then is told of: a pipe that nobody writes to would be waited for in silence. */
const silentMs = 3000;

type Reading = Pick<CliContext, "stdin" | "stderr" | "signal">;
const ownFiles: Reading = {
  ...{ stdin: Readable.from([]), signal: new AbortController().signal },
  stderr: () => undefined,
};

/**
 * Of each file, address or standard input 16 MiB at most.
 * @param recursive Whether the folders in a folder are looked into.
 * @throws {CliError} `usage` when a file cannot be read, or with every fault of every file, a line each.
 */
export async function readManifests(
  paths: readonly string[],
  reading: Reading = ownFiles,
  recursive = false,
): Promise<ManifestObject[]> {
  const sources = (await Promise.all(paths.map((path) => readSources(path, reading, recursive)))).flat();
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
  reading: Reading,
): Promise<Target[]> {
  if (filename.length === 0) return [];
  const objects = await readManifests(filename, reading, recursive);
  checkNamespaces(objects, askedNamespace);
  return objects.map(({ kind, resource: { metadata } }) => {
    const { name, namespace } = metadata;
    if (name === undefined) throw new CliError("usage", `${filename.join(", ")}: a ${kind.kind} has no name`);
    // The row that words find as well, so that a kind is the same whatever names it.
    return { kind: findKindNames(apiVersionOf(kind), kind.kind) ?? kind, name, namespace };
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

async function readSources(path: string, { stdin, stderr, signal }: Reading, recursive: boolean): Promise<Source[]> {
  const told = setTimeout(
    () => stderr(`tink: -f ${path} has not come to its end yet; waiting for it (Ctrl-C gives up)\n`),
    silentMs,
  );
  try {
    if (path === "-") return [{ file: "standard input", content: await limitedText(stdin, signal) }];
    if (/^https?:\/\//.test(path)) return [{ file: path, content: await download(path, signal) }];
    const files = (await stat(path)).isDirectory() ? await manifestsIn(path, recursive) : [path];
    return await Promise.all(
      files.map(async (file) => ({ file, content: await limitedText(fileChunks(file, signal), signal) })),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new CliError("usage", `-f ${path} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  } finally {
    clearTimeout(told);
  }
}

async function download(url: string, signal: AbortSignal): Promise<string> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]);
  const response = await fetch(url, { signal: both });
  if (!response.ok) throw new Error(`it is answered with HTTP ${response.status} ${response.statusText}`);
  return response.body === null ? "" : await limitedText(response.body, both);
}

async function manifestsIn(dir: string, recursive: boolean): Promise<string[]> {
  const names = await readdir(dir, { recursive });
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}
