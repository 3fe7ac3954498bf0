// Opens a file to be handed out, and says in plain terms why it cannot be.
import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";

export type FileFaultReason =
  /** There is no such file, or it is a folder, a pipe, a device. */
  | "NoSuchFile"
  /** It is there; this user may not read it, or the disk does not give it. */
  | "FileUnreadable"
  /** This process, or the whole system, has no file descriptor left: it goes better soon. */
  | "TooManyOpenFiles";

/** `message` names the file and the system's word for it: for events and logs, not for machines. */
export interface FileFault {
  readonly reason: FileFaultReason;
  readonly message: string;
}

export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
}

/** Waits for no pipe. Whoever gets the handle closes it. */
export async function openPlainFile(path: string): Promise<OpenFile | FileFault> {
  let handle: FileHandle | undefined;
  try {
    // Non-blocking: a named pipe must not hang the open.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat({ bigint: true });
    const mistrust = stats.isFile() ? await mistrustOfLink(path, stats) : "is no plain file";
    if (mistrust === undefined) return { handle, stats };
    await handle.close();
    return { reason: "NoSuchFile", message: `${path} ${mistrust}` };
  } catch (error) {
    await handle?.close();
    return fileFault(path, error);
  }
}

/**
 * Whoever may write the folder must not have us read out what only we may read: a link is followed when it is root's, ours, or of whom
 * the file is that it leads to.
 */
async function mistrustOfLink(path: string, { uid }: BigIntStats): Promise<string | undefined> {
  const link = await lstat(path, { bigint: true });
  if (!link.isSymbolicLink() || link.uid === 0n || link.uid === uid || link.uid === BigInt(process.getuid?.() ?? 0))
    return undefined;
  return `is a link of user ${link.uid} to a file of user ${uid}, which is not followed: give both the same owner`;
}

/** What an error of the system's means for whoever wants the file. */
export function fileFault(path: string, error: unknown): FileFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return { reason: "NoSuchFile", message: `${path} is not there` };
    case "EMFILE":
    case "ENFILE":
      return { reason: "TooManyOpenFiles", message: `${path} cannot be opened: ${code}, too many files are open` };
    default: {
      const why = error instanceof Error ? error.message : String(error);
      return { reason: "FileUnreadable", message: `${path} cannot be read: ${why}` };
    }
  }
}
