// Reads what -f names: a file, every manifest of a folder, or standard input; all of it, or every fault.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { formatFault, type ManifestEntry, readManifest } from "@neverland/api/manifest";
import { CliError } from "./cli-error.ts";

export type ManifestObject = ManifestEntry;

/** @throws {CliError} `usage` when a file cannot be read, or with every fault of every file, a line each. */
export async function readManifests(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream = Readable.from([]),
): Promise<ManifestObject[]> {
  const sources = (await Promise.all(paths.map((path) => readSources(path, stdin)))).flat();
  const manifests = sources.map(({ file, content }) => readManifest(content, file));
  const faults = manifests.flatMap((manifest) => (manifest.ok ? [] : manifest.faults));
  if (faults.length > 0) throw new CliError("usage", `nothing was applied:\n${faults.map(formatFault).join("\n")}`);
  return manifests.flatMap((manifest) => (manifest.ok ? manifest.resources : []));
}

async function readSources(path: string, stdin: NodeJS.ReadableStream): Promise<{ file: string; content: string }[]> {
  try {
    if (path === "-") return [{ file: "standard input", content: await text(stdin) }];
    const files = (await stat(path)).isDirectory() ? await manifestsIn(path) : [path];
    return await Promise.all(files.map(async (file) => ({ file, content: await readFile(file, "utf8") })));
  } catch (error) {
    throw new CliError("usage", `-f ${path} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function manifestsIn(dir: string): Promise<string[]> {
  const names = await readdir(dir);
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}
