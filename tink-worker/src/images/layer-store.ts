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
  /** Of the machine's running kernel: another after each start of the machine. */
  readonly bootId: string;
  /** Layers that came with the OS, as `sha256-<hex>` directories. */
  readonly preloadedDir?: string | undefined;
};

/**
 * A layer is a directory with `fs/` and `layer.json`, renamed into place when complete. It is believed until the machine restarts: its
 * files are not flushed one by one, so that after a loss of power the name may be there and what is in it not.
 */
export class LayerStore {
  readonly #directory: string;
  readonly #bootId: string;
  readonly #preloadedDir: string | undefined;

  constructor({ stateDir, bootId, preloadedDir }: LayerStoreOptions) {
    this.#directory = join(stateDir, "layers");
    this.#bootId = bootId;
    this.#preloadedDir = preloadedDir;
  }

  find(diffId: Digest): LayerDirectory | undefined {
    const name = nameOf(diffId);
    const preloaded = this.#preloadedDir === undefined ? undefined : join(this.#preloadedDir, name);
    if (preloaded !== undefined && existsSync(preloaded)) return { directory: preloaded, opaqueDirectories: [] };
    const own = join(this.#directory, name);
    const sidecar = readSidecar(join(own, "layer.json"));
    return sidecar?.bootId === this.#bootId
      ? { directory: join(own, "fs"), opaqueDirectories: sidecar.opaqueDirectories }
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
      const sidecar: Sidecar = { bootId: this.#bootId, opaqueDirectories: layer.opaqueDirectories };
      writeFileSync(join(work, "layer.json"), JSON.stringify(sidecar));
      const place = join(this.#directory, nameOf(diffId));
      rmSync(place, { recursive: true, force: true }); // one of before the machine restarted
      renameSync(work, place);
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

type Sidecar = { readonly bootId: string; readonly opaqueDirectories: readonly string[] };

/** @returns `undefined` when it is not there, or not whole. */
function readSidecar(path: string): Sidecar | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")); // only we write this file
  } catch {
    return undefined;
  }
}
