// Fetches several Debian packages at once: apt reads its lists anew at each call, and that takes longer than most downloads.
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withPackageLists } from "./package-lists.ts";
import { runProgram } from "./run-program.ts";

/** Kept beside the packages, for the next call that needs them. */
const listsFolder = ".lists";

/**
 * Makes `packagesDir/NAME` the unpacked content of each package, as apt would choose it now. Those that are there already stay.
 * @throws {ProgramError} When apt-get or dpkg-deb fails.
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
  const options = { cwd: work, ...(signal ? { signal } : {}) };
  const download = async (aptOptions: readonly string[]): Promise<string> =>
    await runProgram(["apt-get", ...aptOptions, "download", "-qq", ...missing], options);
  try {
    await withPackageLists(join(packagesDir, listsFolder), download, signal);
    for (const archive of (await readdir(work)).filter((file) => file.endsWith(".deb"))) {
      const name = archive.slice(0, archive.indexOf("_"));
      await runProgram(["dpkg-deb", "-x", archive, name], options);
      await rename(join(work, name), join(packagesDir, name));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * The names that `name` needs, directly or through others, and that `pattern` matches; sorted.
 * @param packagesDir As for `unpackPackages`.
 */
export async function dependenciesOf(
  name: string,
  pattern: RegExp,
  packagesDir: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const list = async (aptOptions: readonly string[]): Promise<string[]> => {
    const argv = ["apt-cache", ...aptOptions, "depends", "--recurse", "--important", name] as const;
    const listing = await runProgram(argv, signal ? { signal } : {});
    return [...new Set(listing.split("\n").filter((line) => pattern.test(line)))].sort();
  };
  return await withPackageLists(join(packagesDir, listsFolder), list, signal);
}
