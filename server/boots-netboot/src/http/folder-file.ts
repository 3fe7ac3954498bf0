// Finds a file that machines may read in one folder: plain names only, never anything outside of it.
import type { FileFault } from "@neverland/platform/files/open-plain-file.ts";

/** A plain file name: no directory, no dot at its start, nothing that any file system reads specially. */
function isPlainFileName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._+~-]{0,254}$/.test(name);
}

/** @param folder Undefined: there is none to be served. @returns Where the file is, if there is one. */
export function pathInFolder(folder: string | undefined, name: string): string | FileFault {
  if (folder === undefined) return { reason: "NoSuchFile", message: "no folder of such files is served" };
  if (!isPlainFileName(name))
    return { reason: "NoSuchFile", message: `"${name.slice(0, 100)}" is no plain name of a file in ${folder}` };
  return `${folder}/${name}`;
}
