// Finds the shared libraries that a program needs, by asking the program's own loader to list them.
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { HookError } from "../hook-error.ts";

const libraryDirs = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"] as const;

/**
 * @param program Path of an ELF program below `root`, a folder with its package and all that depends on.
 * @returns Absolute paths of the libraries in `root`, by the name they are asked for (`libcap.so.2`).
 * @throws {HookError} `not-in-archive` when the packages lack one.
 */
export async function programLibraries(
  root: string,
  program: string,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const [first, second] = libraryDirs.map((dir) => join(root, dir));
  const loader = join(root, "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
  const text = await runProgram(
    [loader, "--library-path", `${first}:${second}`, "--list", join(root, program)],
    signal ? { signal } : {},
  );
  const libraries = new Map<string, string>();
  for (const [, name, path] of text.matchAll(/^\s+(\S+) => (\S+)/gm)) {
    // The loader itself is listed by its path.
    if (name === undefined || path === undefined || name.includes("/")) continue;
    if (!path.startsWith(`${root}/`))
      throw new HookError("not-in-archive", `${program} needs ${name}, and none of the packages in ${root} has it.`);
    libraries.set(name, path);
  }
  return libraries;
}
