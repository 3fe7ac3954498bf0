// Fetches several Debian packages at once: apt reads its lists anew at each call, and that takes longer than most downloads.
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

/**
 * Makes `packagesDir/NAME` the unpacked content of each package, as apt would choose it now. Those that are there already stay.
 * @throws {ProgramError} When apt-get or dpkg-deb fails, for example for want of package lists (`apt-get update`).
 */
export async function unpackPackages(
  names: readonly string[],
  packagesDir: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(packagesDir, { recursive: true });
  const present = new Set(await readdir(packagesDir));
  const missing = [...new Set(names)].filter((name) => !present.has(name));
  if (missing.length === 0) return;
  const work = await mkdtemp(join(packagesDir, ".part-"));
  try {
    const options = { cwd: work, ...(signal ? { signal } : {}) };
    await runProgram(["apt-get", "download", "-qq", ...missing], options);
    for (const archive of (await readdir(work)).filter((file) => file.endsWith(".deb"))) {
      const name = archive.slice(0, archive.indexOf("_"));
      await runProgram(["dpkg-deb", "-x", archive, name], options);
      await rename(join(work, name), join(packagesDir, name));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The names that `name` needs, directly or through others, and that `pattern` matches; sorted. */
export async function dependenciesOf(name: string, pattern: RegExp, signal?: AbortSignal): Promise<string[]> {
  const argv = ["apt-cache", "depends", "--recurse", "--important", name] as const;
  const listing = await runProgram(argv, signal ? { signal } : {});
  return [...new Set(listing.split("\n").filter((line) => pattern.test(line)))].sort();
}
