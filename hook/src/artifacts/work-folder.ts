// Folders for work in progress, of which one that was killed leaves none for ever: the next of its kind removes it.
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Of a program in a container that shares the folder nothing can be known but that its own are young. */
const leastAgeMs = 60 * 60_000;

/** @param name What it begins with. Its maker removes it; else it goes when a later call finds its process gone. */
export async function makeWorkFolder(parent: string, name: string): Promise<string> {
  await removeAbandoned(parent, name).catch(() => undefined); // somebody else's rest is no reason to stop
  return await mkdtemp(join(parent, `${name}-${process.pid}-`));
}

async function removeAbandoned(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = entry.startsWith(`${name}-`) ? /^(\d+)-\w{6}$/.exec(entry.slice(name.length + 1))?.[1] : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, entry);
    const { uid, mtimeMs } = await stat(path);
    if (uid === process.getuid?.() && Date.now() - mtimeMs > leastAgeMs)
      await rm(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
