// Files that this user alone may read, by ssh's rule for keys: no link, nobody else's, closed to others; else they are not believed.
// For root, what the program's owner made is its own: who began without sudo goes on with it.
import { constants } from "node:fs";
import { chmod, type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ServerError } from "../server-error.ts";
import { isOurs } from "./file-owner.ts";

const makeAnother = "delete it, and the next start makes a new one";

/** @param owner Of this program. @param mend What to do about one that others may read. @returns Undefined when there is no such file. @throws {ServerError} `bad-data-dir` for one that is not to be believed. */
export async function readPrivateFile(path: string, owner?: number, mend = makeAnother): Promise<string | undefined> {
  const file = await openOwn(path, owner);
  if (file === undefined) return undefined;
  try {
    if (((await file.stat()).mode & 0o077) !== 0) throw refused(path, "others may read or write it", mend);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Takes from others what an earlier start, or another program, gave them. @throws {ServerError} `bad-data-dir` */
export async function closeToOthers(path: string, owner?: number): Promise<void> {
  const file = await openOwn(path, owner);
  if (file === undefined) return;
  try {
    if (((await file.stat()).mode & 0o077) !== 0) await file.chmod(0o600);
  } finally {
    await file.close();
  }
}

/** The same of a folder, where there is one. */
export async function closeFolderToOthers(folder: string): Promise<void> {
  const stats = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (stats !== undefined && (stats.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/** Wholly or not at all, and at no moment readable by others. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await flushFolder(dirname(path));
}

/** Until a folder is on disk, a power cut brings back what had a new file's name before: clients would hold what is gone. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openOwn(path: string, owner?: number): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    // Non-blocking: a named pipe must not hang the open.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw refused(path, "it is a symbolic link", "put the file itself there", cause);
    throw cause;
  }
  const stats = await file.stat();
  const { uid } = stats;
  if (await isOurs({ stats, chmod: (mode) => file.chmod(mode) }, owner)) return file;
  await file.close();
  throw refused(
    path,
    `it belongs to another user (uid ${uid})`,
    `look who put it there; if that was you, \`chown -R ${process.geteuid?.()}: ${dirname(path)}\` makes it and all beside it this user's`,
  );
}

function refused(path: string, why: string, mend: string, cause?: unknown): ServerError {
  return new ServerError("bad-data-dir", `${path} is not believed: ${why}; ${mend}`, { cause });
}
