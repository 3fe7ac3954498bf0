// Finds the shared libraries that programs need, in unpacked Debian packages, by what the programs themselves declare.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { BuildError } from "./build-error.ts";

/** Where Debian's packages keep libraries for amd64, and the loader, relative to the package's root. */
const libraryDirs = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib64", "lib64"] as const;

/**
 * The libraries that `programs` need, directly or through each other.
 * @param packageRoots Folders with unpacked packages, searched in order.
 * @param known Names that need not be looked for, because a lower layer has them.
 * @returns Name (`libm.so.6`) to the file that has it.
 * @throws {BuildError} `missing-library` names the library and who needs it.
 */
export async function libraryClosure(
  programs: readonly string[],
  packageRoots: readonly string[],
  options: { readonly known?: ReadonlySet<string>; readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const queue = [...programs];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const name of await neededBy(file, options.signal)) {
      if (found.has(name) || options.known?.has(name)) continue;
      const library = await locate(name, packageRoots);
      if (library === undefined)
        throw new BuildError(
          "missing-library",
          `${file} needs ${name}, which is in none of the packages unpacked in ${packageRoots.join(", ")}`,
        );
      found.set(name, library);
      queue.push(library);
    }
  }
  return found;
}

async function neededBy(file: string, signal?: AbortSignal): Promise<string[]> {
  const dynamic = await runProgram(["readelf", "--dynamic", "--wide", file], signal ? { signal } : {});
  return [...dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((match) => match[1] ?? "");
}

async function locate(name: string, packageRoots: readonly string[]): Promise<string | undefined> {
  const candidates = packageRoots.flatMap((root) => libraryDirs.map((dir) => join(root, dir, name)));
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
