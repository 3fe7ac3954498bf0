// Fetches one Debian package and unpacks it into a folder, without installing anything and without root.
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runProgram } from "./run-program.ts";

/**
 * Makes `outDir` the unpacked content of `packageName` as apt would choose it now. Does nothing when `outDir` exists.
 * @throws {ProgramError} When apt-get or dpkg-deb fails, for example for want of package lists (`apt-get update`).
 */
export async function unpackPackage(packageName: string, outDir: string, signal?: AbortSignal): Promise<void> {
  await mkdir(dirname(outDir), { recursive: true });
  if ((await readdir(dirname(outDir))).includes(outDir.slice(dirname(outDir).length + 1))) return;
  const work = await mkdtemp(`${outDir}.part-`);
  try {
    const options = { cwd: work, ...(signal ? { signal } : {}) };
    await runProgram(["apt-get", "download", "-qq", packageName], options);
    const archive = (await readdir(work)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get download ${packageName} left no .deb file in ${work}`);
    await runProgram(["dpkg-deb", "-x", archive, "root"], options);
    await rename(join(work, "root"), outDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
