// A layer's archive onto disk, in the form overlayfs stacks: deletions become whiteout devices, opaque directories are listed.

import { createHash, type Hash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import type { Digest } from "../manifest.ts";
import { OciError } from "../oci-error.ts";
import { readTar, type TarEntry } from "../tar/tar-reader.ts";
import { decompress } from "./decompress.ts";
import { isWhiteout, join, LayerTree, parentOf } from "./layer-tree.ts";
import { SpecialNodes, setXattrs } from "./special-nodes.ts";

export type UnpackLimits = { readonly entries: number; readonly contentBytes: number };

export const defaultUnpackLimits: UnpackLimits = { entries: 1_000_000, contentBytes: 16 * 2 ** 30 };

export type UnpackOptions = {
  /** An empty directory that nobody else writes to. */
  readonly target: string;
  /** A directory on the same file system, for nodes in the making. */
  readonly scratch: string;
  /** Sets owners as the layer says; takes root. Without it everything is the caller's. */
  readonly setOwners: boolean;
  readonly limits?: UnpackLimits;
};

export type UnpackedLayer = {
  /** Of the uncompressed archive; the caller compares it with the image's config. */
  readonly diffId: Digest;
  readonly contentBytes: number;
  readonly entries: number;
  /** Directories that hide all that lower layers have in them (image-spec layer.md, "Opaque Whiteout"); latin1 paths. */
  readonly opaqueDirectories: readonly string[];
  /** Paths whose extended attributes were not set, for want of `setfattr`. */
  readonly withoutXattrs: number;
};

/**
 * Unpacks while reading. Nothing outside `target` is touched, whatever the layer holds.
 * @throws {OciError} `bad-layer` or `limit`; what was unpacked until then is the caller's to remove.
 */
export async function unpackLayer(
  compressed: AsyncIterable<Uint8Array>,
  options: UnpackOptions,
): Promise<UnpackedLayer> {
  const hash = createHash("sha256");
  const writer = new LayerWriter(options);
  try {
    for await (const entry of readTar(hashed(decompress(compressed), hash))) await writer.write(entry);
    return { diffId: `sha256:${hash.digest("hex")}`, ...writer.finish() };
  } catch (error) {
    throw named(error, options.target);
  }
}

/** What the file system refuses is the layer's fault, or a full disk; all else already has a name. */
function named(error: unknown, target: string): unknown {
  if (!(error instanceof Error && "syscall" in error && "code" in error) || error instanceof OciError) return error;
  const full = error.code === "ENOSPC" || error.code === "EDQUOT";
  const why = full ? "there is no space left" : error.message;
  return new OciError(full ? "limit" : "bad-layer", `Could not unpack a layer into ${target}: ${why}.`, {
    cause: error,
  });
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

const whiteoutPrefix = ".wh.";
const opaqueMarker = ".wh..wh..opq";

class LayerWriter {
  readonly #tree: LayerTree;
  readonly #nodes: SpecialNodes;
  readonly #options: UnpackOptions;
  readonly #limits: UnpackLimits;
  readonly #opaque = new Set<string>();
  readonly #xattrs = new Map<string, TarEntry["xattrs"]>();
  /** Set last: writing into a directory changes its time, and its mode may forbid us to. */
  readonly #directories = new Map<string, TarEntry>();
  #contentBytes = 0;
  #entries = 0;

  constructor(options: UnpackOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultUnpackLimits;
    this.#tree = new LayerTree(options.target, {
      whiteoutReplaced: (path) => this.#opaque.add(path),
      directoryRemoved: (path) => this.#forget(path),
    });
    this.#nodes = new SpecialNodes(options.scratch);
  }

  async write(entry: TarEntry): Promise<void> {
    if (++this.#entries > this.#limits.entries)
      throw new OciError("limit", `The layer has more than ${this.#limits.entries} entries.`);
    this.#contentBytes += entry.sizeBytes;
    if (this.#contentBytes > this.#limits.contentBytes)
      throw new OciError("limit", `The layer holds more than ${this.#limits.contentBytes} bytes.`);
    const path = this.#tree.place(entry.name);
    const base = path.slice(path.lastIndexOf("/") + 1);
    if (base.startsWith(whiteoutPrefix)) return this.#whiteout(parentOf(path), base);
    if (entry.type === "directory") return this.#directory(path, entry);
    this.#tree.clear(path);
    this.#xattrs.delete(path);
    await this.#create(path, entry);
    if (entry.xattrs.size > 0) this.#xattrs.set(path, entry.xattrs);
  }

  finish(): Omit<UnpackedLayer, "diffId"> {
    const { setOwners } = this.#options;
    for (const [path, entry] of this.#directories) {
      if (!this.#tree.stat(path)?.isDirectory()) continue; // replaced by a later entry
      const absolute = this.#tree.absolute(path);
      if (setOwners) lchownSync(absolute, owner(entry.uid), owner(entry.gid));
      chmodSync(absolute, entry.mode);
      lutimesSync(absolute, entry.mtimeSeconds, entry.mtimeSeconds);
    }
    return {
      contentBytes: this.#contentBytes,
      entries: this.#entries,
      opaqueDirectories: [...this.#opaque].filter((path) => this.#tree.stat(path)?.isDirectory()),
      withoutXattrs: setXattrs(
        [...this.#xattrs].map(([path, xattrs]) => ({ path: this.#tree.absolute(path), xattrs })),
      ),
    };
  }

  #forget(removed: string): void {
    for (const remembered of [this.#directories, this.#xattrs, this.#opaque])
      for (const path of [...remembered.keys()])
        if (path === removed || path.startsWith(`${removed}/`)) remembered.delete(path);
  }

  #directory(path: string, entry: TarEntry): void {
    this.#tree.makeDirectory(path);
    if (entry.xattrs.size > 0) this.#xattrs.set(path, entry.xattrs);
    this.#directories.set(path, entry);
  }

  /** A whiteout hides what lower layers have, never what this layer has: over our own directory it means opaque. */
  #whiteout(directory: string, base: string): void {
    if (base === opaqueMarker) {
      this.#opaque.add(directory);
      return;
    }
    const name = base.slice(whiteoutPrefix.length);
    if (name.startsWith(whiteoutPrefix)) return; // bookkeeping of aufs
    if (name === "" || name === "." || name === "..")
      throw new OciError("bad-layer", "The layer deletes something without a name.");
    const path = join(directory, name);
    const there = this.#tree.stat(path);
    if (there === undefined) this.#nodes.whiteout(this.#tree.absolute(path));
    else if (there.isDirectory()) this.#opaque.add(path);
  }

  async #create(path: string, entry: TarEntry): Promise<void> {
    const absolute = this.#tree.absolute(path);
    switch (entry.type) {
      case "file":
        return this.#file(absolute, entry);
      case "hardlink":
        return this.#hardlink(absolute, entry);
      case "symlink":
        symlinkSync(Buffer.from(entry.linkName, "latin1"), absolute);
        break;
      case "character-device":
      case "block-device":
        this.#nodes.make(absolute, entry.type === "block-device" ? "b" : "c", entry.deviceMajor, entry.deviceMinor);
        break;
      case "fifo":
        this.#nodes.make(absolute, "p", 0, 0);
        break;
      case "directory":
        return;
    }
    if (this.#options.setOwners) lchownSync(absolute, owner(entry.uid), owner(entry.gid));
    if (entry.type !== "symlink") chmodSync(absolute, entry.mode);
    lutimesSync(absolute, entry.mtimeSeconds, entry.mtimeSeconds);
  }

  async #file(absolute: Buffer, entry: TarEntry): Promise<void> {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const file = openSync(absolute, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
    try {
      for await (const chunk of entry.content()) for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      if (this.#options.setOwners) fchownSync(file, owner(entry.uid), owner(entry.gid));
      fchmodSync(file, entry.mode); // after the owner, since changing that drops setuid
      futimesSync(file, entry.mtimeSeconds, entry.mtimeSeconds);
    } finally {
      closeSync(file);
    }
  }

  /** link(2) does not follow a symlink at its end, and `place` keeps the way there inside the layer. */
  #hardlink(absolute: Buffer, entry: TarEntry): void {
    const source = this.#tree.place(entry.linkName);
    const there = this.#tree.stat(source);
    if (there === undefined || there.isDirectory() || isWhiteout(there))
      throw new OciError(
        "bad-layer",
        `The layer's entry ${entry.name} links to ${entry.linkName}, which is no file of that layer.`,
      );
    linkSync(this.#tree.absolute(source), absolute);
  }
}

/** uid and gid 2^32-1 mean "leave as it is" to chown(2), which no layer may ask for. */
function owner(id: number): number {
  if (!Number.isInteger(id) || id < 0 || id >= 0xffff_ffff)
    throw new OciError("bad-layer", `The layer names the owner ${id}.`);
  return id;
}
