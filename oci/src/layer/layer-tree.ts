// A directory being filled from a layer: every path is resolved inside it, whatever symlinks the layer planted.
//
// Paths are latin1 strings (one character per byte) relative to the root, without leading or trailing slash; "" is the root.
// Calls are synchronous on purpose: a layer is thousands of tiny operations, and each trip to the thread pool costs more than
// the operation itself.

import { lstatSync, mkdirSync, readlinkSync, rmSync, type Stats, unlinkSync } from "node:fs";
import { OciError } from "../oci-error.ts";

const linkLimit = 40; // as Linux itself (path_resolution(7))
const pathLimitBytes = 4096;

export type TreeObserver = {
  /** A directory took the place of this layer's own whiteout, so it hides what lies below it. */
  readonly whiteoutReplaced: (path: string) => void;
  /** All remembered about this path and those inside is void: a symlink may stand there next. */
  readonly directoryRemoved: (path: string) => void;
};

export class LayerTree {
  readonly #root: Buffer;
  /** Directories known to be real ones, so that a deep path is walked once. */
  readonly #directories = new Set<string>([""]);
  readonly #observer: TreeObserver;

  constructor(root: string, observer: TreeObserver) {
    this.#root = Buffer.from(root);
    this.#observer = observer;
  }

  /** The path for calls of node:fs. */
  absolute(path: string): Buffer {
    return path === "" ? this.#root : Buffer.concat([this.#root, Buffer.from("/"), Buffer.from(path, "latin1")]);
  }

  /** Where an entry of this name goes: its parents followed inside the root and made when missing, its last part not followed.
   *  @throws {OciError} `bad-layer` */
  place(name: string): string {
    const parts = splitName(name);
    const last = parts.pop();
    return last === undefined ? "" : join(this.#directory(parts, name), last);
  }

  stat(path: string): Stats | undefined {
    return lstatSync(this.absolute(path), { throwIfNoEntry: false });
  }

  /** Makes a directory, taking the place of anything that is none. */
  makeDirectory(path: string): void {
    const there = this.stat(path);
    if (there?.isDirectory()) return;
    if (there !== undefined) {
      unlinkSync(this.absolute(path));
      if (isWhiteout(there)) this.#observer.whiteoutReplaced(path);
    }
    mkdirSync(this.absolute(path), { mode: 0o755 });
  }

  /** Makes room for something that is no directory. */
  clear(path: string): void {
    if (path === "")
      throw new OciError("bad-layer", "The layer puts something that is no directory in the place of its root.");
    const there = this.stat(path);
    if (there === undefined) return;
    if (!there.isDirectory()) {
      unlinkSync(this.absolute(path));
      return;
    }
    rmSync(this.absolute(path), { recursive: true });
    this.#directories.clear();
    this.#observer.directoryRemoved(path);
  }

  #directory(parts: readonly string[], name: string): string {
    const wanted = parts.join("/");
    if (this.#directories.has(wanted)) return wanted;
    const real = this.#walk(parts, name);
    if (real === wanted) this.#directories.add(real);
    return real;
  }

  #walk(parts: readonly string[], name: string): string {
    const todo = [...parts].reverse();
    let at = "";
    for (let links = 0; todo.length > 0; ) {
      const part = todo.pop() ?? "";
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = parentOf(at); // the root is its own parent, as in a chroot
        continue;
      }
      const next = join(at, part);
      const there = this.stat(next);
      if (there?.isSymbolicLink()) {
        if (++links > linkLimit)
          throw new OciError("bad-layer", `The layer's entry ${name} lies behind too many symlinks.`);
        const target = readlinkSync(this.absolute(next), "latin1");
        if (target.startsWith("/")) at = "";
        todo.push(...target.split("/").reverse());
        continue;
      }
      if (there !== undefined && !there.isDirectory() && !isWhiteout(there))
        throw new OciError("bad-layer", `The layer's entry ${name} lies inside ${next}, which is no directory.`);
      this.makeDirectory(next);
      at = next;
    }
    return at;
  }
}

/** Overlayfs' mark for "deleted": a character device 0/0. */
export function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

export function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** @throws {OciError} `bad-layer` for names that climb, hold a zero byte, or are too long. */
function splitName(name: string): string[] {
  if (name.length > pathLimitBytes || name.includes("\0"))
    throw new OciError("bad-layer", "A layer's entry has an impossible name.");
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new OciError("bad-layer", `The layer's entry "${name}" climbs with "..".`);
  return parts;
}
