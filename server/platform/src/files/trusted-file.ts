// Files that nobody else can have written: what a server does because such a file says so, it does with its own rights.
import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";

/** Why it is not believed, in words that follow "is not believed:"; undefined when it is. */
export type Mistrust = string;

type Stats = { readonly uid: number; readonly mode: number };

/** @returns The text, or why it is not believed. @throws What the system says, such as `ENOENT`. */
export async function readTrustedFile(
  path: string,
  mostBytes: number,
): Promise<{ readonly text: string } | { readonly mistrust: Mistrust }> {
  // Non-blocking: a named pipe must not hang the open.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ELOOP") return undefined;
    throw error;
  });
  if (file === undefined) return { mistrust: "it is a symbolic link; put the file itself there" };
  try {
    const stats = await file.stat();
    const mistrust = stats.isFile() ? mistrustOf(stats) : "it is no regular file";
    if (mistrust !== undefined) return { mistrust };
    if (stats.size > mostBytes) return { mistrust: `it has ${stats.size} bytes, and at most ${mostBytes} are read` };
    return { text: await file.readFile("utf8") };
  } finally {
    await file.close();
  }
}

/** @returns Undefined for a folder in which only this user and root may put files. @throws What the system says, such as `ENOENT`. */
export async function mistrustOfFolder(path: string): Promise<Mistrust | undefined> {
  const stats = await lstat(path);
  return stats.isDirectory() ? mistrustOf(stats) : "it is no folder";
}

function mistrustOf({ uid, mode }: Stats): Mistrust | undefined {
  if (uid !== 0 && uid !== process.geteuid?.())
    return `it belongs to another user (uid ${uid}); look who put it there, then delete it or make it your own`;
  if ((mode & 0o022) !== 0)
    return `others may write it (mode ${(mode & 0o7777).toString(8)}); look what is in it, then \`chmod go-w\` it`;
  return undefined;
}
