// Files that nobody else can have written: what a server does because such a file says so, it does with its own rights.
import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { type Mistrust, mistrustOf, trustedPath } from "./trusted-path.ts";

export type { Mistrust };

/**
 * Follows links, each of which must be to be believed, as must be every folder on the way.
 * @returns The text, or why it is not believed. @throws What the system says, such as `ENOENT`.
 */
export async function readTrustedFile(
  path: string,
  mostBytes: number,
): Promise<{ readonly text: string } | { readonly mistrust: Mistrust }> {
  const found = await trustedPath(path);
  if ("mistrust" in found) return found;
  // No link is left to follow. Non-blocking: a named pipe must not hang the open.
  const file = await open(found.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return { mistrust: "it is no regular file" };
    const mistrust = await mistrustOf(found.path, stats);
    if (mistrust !== undefined) return { mistrust };
    if (stats.size > mostBytes) return { mistrust: `it has ${stats.size} bytes, and at most ${mostBytes} are read` };
    return { text: await file.readFile("utf8") };
  } finally {
    await file.close();
  }
}

/** Of a file that somebody named, and that is read all the same: also what is no regular file, as a shell's `<(…)`, and what is not there. */
export async function mistrustOfNamed(path: string): Promise<Mistrust | undefined> {
  const found = await trustedPath(path).catch(() => undefined);
  if (found === undefined || "mistrust" in found) return found?.mistrust;
  const stats = await lstat(found.path).catch(() => undefined);
  return stats?.isFile() ? await mistrustOf(found.path, stats) : undefined;
}

/** @returns Undefined for a folder in which only this user and root may put files. @throws What the system says, such as `ENOENT`. */
export async function mistrustOfFolder(path: string): Promise<Mistrust | undefined> {
  const found = await trustedPath(path);
  if ("mistrust" in found) return found.mistrust;
  const stats = await lstat(found.path);
  return stats.isDirectory() ? await mistrustOf(found.path, stats) : "it is no folder";
}
