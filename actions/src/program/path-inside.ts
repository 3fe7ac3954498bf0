// Finds the file that a path means in a mounted system, by that system's own symbolic links, never leaving it.
import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { ActionError } from "./action-error.ts";

/** As many as Linux follows (path_resolution(7)). */
const maxLinks = 40;

/**
 * Resolves `path` as a process chrooted into `root` would. Parts that do not exist are taken as they are.
 * @returns A path below `root` without symbolic links in it.
 * @throws {ActionError} `filesystem` for links that go round in circles.
 */
export async function pathInside(root: string, path: string): Promise<string> {
  const pending = partsOf(path).reverse();
  let resolved: string[] = [];
  let links = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === "..") {
      resolved = resolved.slice(0, -1);
      continue;
    }
    const target = await linkTarget(join(root, ...resolved, part));
    if (target === undefined) {
      resolved.push(part);
      continue;
    }
    links += 1;
    if (links > maxLinks)
      throw new ActionError("filesystem", `${path} cannot be found in ${root}: its symbolic links go round in circles`);
    if (target.startsWith("/")) resolved = [];
    pending.push(...partsOf(target).reverse());
  }
  return join(root, ...resolved);
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

async function linkTarget(path: string): Promise<string | undefined> {
  // EINVAL: there, but no link. ENOENT and ENOTDIR: whoever uses the path will say so better.
  return await readlink(path).catch(() => undefined);
}
