// Unpacked layers on disk, by the digest of their content: preloaded ones first, then our own.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Digest, OciError, unpackLayer } from "@neverland/oci";
import type { LayerDirectory } from "../container/container-runtime.ts";

export type LayerStoreOptions = {
  readonly stateDir: string;
  /** Layers that came with the OS, as `sha256-<hex>` directories. */
  readonly preloadedDir?: string | undefined;
};

/** A layer is a directory with `fs/` and `layer.json`, renamed into place when complete. */
export class LayerStore {
  readonly #directory: string;
  readonly #preloadedDir: string | undefined;

  constructor({ stateDir, preloadedDir }: LayerStoreOptions) {
    this.#directory = join(stateDir, "layers");
    this.#preloadedDir = preloadedDir;
  }

  find(diffId: Digest): LayerDirectory | undefined {
    const name = nameOf(diffId);
    const preloaded = this.#preloadedDir === undefined ? undefined : join(this.#preloadedDir, name);
    if (preloaded !== undefined && existsSync(preloaded)) return { directory: preloaded, opaqueDirectories: [] };
    const own = join(this.#directory, name);
    return existsSync(own)
      ? { directory: join(own, "fs"), opaqueDirectories: readSidecar(join(own, "layer.json")) }
      : undefined;
  }

  /** Unpacks a layer while it downloads, and keeps it if it is what the image's config says.
   *  @throws {OciError} */
  async add(diffId: Digest, compressed: AsyncIterable<Uint8Array>): Promise<LayerDirectory> {
    mkdirSync(this.#directory, { recursive: true });
    const work = mkdtempSync(join(this.#directory, "tmp-"));
    try {
      for (const part of ["fs", "scratch"]) mkdirSync(join(work, part), { mode: 0o755 });
      const options = { target: join(work, "fs"), scratch: join(work, "scratch"), setOwners: process.getuid?.() === 0 };
      const layer = await unpackLayer(compressed, options);
      if (layer.diffId !== diffId)
        throw new OciError("digest-mismatch", `A layer unpacked to ${layer.diffId}, but the image says ${diffId}.`);
      rmSync(join(work, "scratch"), { recursive: true });
      writeFileSync(join(work, "layer.json"), JSON.stringify({ opaqueDirectories: layer.opaqueDirectories }));
      renameSync(work, join(this.#directory, nameOf(diffId)));
    } catch (error) {
      rmSync(work, { recursive: true, force: true });
      throw error;
    }
    const added = this.find(diffId);
    if (added === undefined)
      throw new OciError("bad-layer", `The layer ${diffId} vanished from ${this.#directory} while it was stored.`);
    return added;
  }

  /** Removes our own layers but these, and what broken-off downloads left. */
  prune(keep: ReadonlySet<Digest>): void {
    const kept = new Set([...keep].map(nameOf));
    const present = existsSync(this.#directory) ? readdirSync(this.#directory) : [];
    for (const name of present)
      if (!kept.has(name)) rmSync(join(this.#directory, name), { recursive: true, force: true });
  }
}

function nameOf(diffId: Digest): string {
  return diffId.replace(":", "-");
}

function readSidecar(path: string): readonly string[] {
  const { opaqueDirectories } = JSON.parse(readFileSync(path, "utf8"));
  return opaqueDirectories; // only we write this file, before the layer gets its name
}
