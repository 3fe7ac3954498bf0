// Puts one file into a mounted file system: whole or not at all.
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { ActionError } from "../program/action-error.ts";
import { pathInside } from "../program/path-inside.ts";
import type { Settings } from "./settings.ts";

type Wanted = Pick<Settings, "path" | "contents" | "uid" | "gid" | "fileMode" | "folderMode">;

/**
 * Writes the file below `root`, with the folders it needs; symbolic links mean what they mean in that system.
 * @returns Where it is now.
 * @throws {ActionError} `filesystem`; an older file of that name is then as it was.
 */
export async function writeFileInside(root: string, wanted: Wanted): Promise<string> {
  const file = await pathInside(root, wanted.path);
  try {
    const isFolder = await stat(file).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isFolder) throw new ActionError("filesystem", "it is a folder");
    await makeFolders(root, dirname(file), wanted);
    await replaceFile(file, wanted);
    return file;
  } catch (cause) {
    throw new ActionError("filesystem", `${wanted.path} could not be written`, { cause });
  }
}

/** Only folders that are new get DIRMODE and the owner; others are not ours to change. */
async function makeFolders(root: string, folder: string, { folderMode, uid, gid }: Wanted): Promise<void> {
  let path = root;
  for (const part of relative(root, folder)
    .split("/")
    .filter((each) => each !== "")) {
    path = join(path, part);
    const isNew = await mkdir(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
        return false;
      },
    );
    if (isNew) await withHandle(path, "r", async (handle) => await own(handle, uid, gid, folderMode));
  }
}

/** By a new file and rename: a reader, or a power cut, sees the old content or the new. */
async function replaceFile(file: string, { contents, uid, gid, fileMode }: Wanted): Promise<void> {
  const part = join(dirname(file), `.${basename(file).slice(0, 200)}.neverland-part`);
  await rm(part, { force: true });
  try {
    await withHandle(part, "wx", async (handle) => {
      await handle.writeFile(contents);
      await own(handle, uid, gid, fileMode);
      await handle.sync();
    });
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
  await withHandle(dirname(file), "r", async (handle) => await handle.sync());
}

/** Owner first: changing it takes setuid and setgid bits away. */
async function own(handle: FileHandle, uid: number, gid: number, mode: number): Promise<void> {
  await handle.chown(uid, gid);
  await handle.chmod(mode);
}

async function withHandle(path: string, flags: string, use: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
