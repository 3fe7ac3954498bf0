// Reads a directory tree as the entries of a layer: everything below it, owned by root, without times.
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { OciError } from "../oci-error.ts";
import type { TarEntry } from "../tar/tar-entry.ts";

/**
 * Lists all that is below `rootDir`, with the permission bits found there.
 * @throws {OciError} `bad-entry` for what is neither a file, a folder nor a symbolic link.
 */
export async function directoryEntries(rootDir: string): Promise<TarEntry[]> {
  return await entriesBelow(rootDir, "");
}

/** Walks by hand: the recursive readdir of Node follows links to folders, and so reads them twice. */
async function entriesBelow(rootDir: string, folder: string): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  for (const name of (await readdir(join(rootDir, folder))).sort()) {
    const entry = await entryOf(rootDir, folder === "" ? name : `${folder}/${name}`);
    entries.push(entry);
    if (entry.type === "directory") entries.push(...(await entriesBelow(rootDir, entry.path)));
  }
  return entries;
}

async function entryOf(rootDir: string, path: string): Promise<TarEntry> {
  const source = join(rootDir, path);
  const stat = await lstat(source);
  const mode = stat.mode & 0o7777;
  if (stat.isSymbolicLink()) return { type: "symlink", path, target: await readlink(source) };
  if (stat.isDirectory()) return { type: "directory", path, mode };
  if (stat.isFile()) return { type: "file", path, mode, source, sizeBytes: stat.size };
  throw new OciError("bad-entry", `${source} cannot be packed: it is a device, a socket or a pipe`);
}
