// Reads the files that -f names: a file, every manifest of a folder, or standard input.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CliError } from "./cli-error.ts";

export type ManifestFile = { readonly file: string; readonly text: string };

/** @throws {CliError} `usage` when a file cannot be read. */
export async function readManifestFiles(paths: readonly string[]): Promise<ManifestFile[]> {
  return (await Promise.all(paths.map(readOne))).flat();
}

async function readOne(path: string): Promise<ManifestFile[]> {
  try {
    if (path === "-") return [{ file: "standard input", text: await text(process.stdin) }];
    const names = (await stat(path)).isDirectory()
      ? (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort()
      : undefined;
    const files = names?.map((name) => join(path, name)) ?? [path];
    return await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, "utf8") })));
  } catch (error) {
    throw new CliError("usage", `-f ${path} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
