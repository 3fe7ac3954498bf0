// A reference in, an image ready to run out.

import {
  type Descriptor,
  type Digest,
  fittingManifests,
  formatReference,
  type HttpGet,
  type ImageConfig,
  type ImageManifest,
  type ImageReference,
  OciError,
  type Platform,
  parseImageConfig,
  parseManifest,
  parseReference,
} from "@neverland/oci";
import type { Pause } from "../backoff.ts";
import type { LayerDirectory, RunnableImage } from "../container/container-runtime.ts";
import { WorkerError } from "../worker-error.ts";
import { type ImageSource, imageSources, type RegistryConfig } from "./image-sources.ts";
import type { LayerStore } from "./layer-store.ts";

export type ImagePullerDeps = {
  readonly get: HttpGet;
  readonly pause: Pause;
  readonly layers: LayerStore;
  readonly platform: Platform;
};

export type PullConfig = RegistryConfig & { readonly defaultRegistry?: string | undefined };

/** Bytes of layers that had to be fetched. */
export type PullProgress = (doneBytes: number, totalBytes: number) => void;

const backoff = { baseMs: 500, factor: 2, maxMs: 8000 };
const roundLimit = 6;
/** An entry of a list may be a list again (image-spec, image-index.md): Buildx makes two with provenance. */
const mostLists = 4;
/** Of a pull, where one after the other is for another machine, or is no image: lists within lists would be many. */
const mostManifests = 12;
/** Workflows use a handful of images; the layers of older ones go. */
const keptImages = 8;

export class ImagePuller {
  readonly #config: PullConfig;
  readonly #deps: ImagePullerDeps;
  #recent: (readonly Digest[])[] = [];

  constructor(config: PullConfig, deps: ImagePullerDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  /**
   * Makes the image ready. Sources that are unreachable are tried again for about half a minute; definite answers are not.
   * @throws {WorkerError} `image` with what each source said; the signal's reason when that aborts.
   */
  async pull(text: string, progress: PullProgress, signal: AbortSignal): Promise<RunnableImage> {
    const reference = parseReference(text, this.#config);
    const registryDeps = {
      get: this.#deps.get,
      pause: (failures: number, abort: AbortSignal) => this.#deps.pause(backoff, failures, abort),
    };
    const sources = imageSources(reference, this.#config, registryDeps);
    for (let round = 1; ; round++) {
      const refusals = new Map<string, OciError>();
      for (const source of sources) {
        try {
          return await this.#pullFrom(source, reference, progress, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof OciError)) throw error;
          refusals.set(source.name, error);
        }
      }
      const again = [...refusals.values()].some(({ code }) => code === "unreachable" || code === "digest-mismatch");
      if (!again || round === roundLimit) throw refused(reference, refusals);
      await this.#deps.pause(backoff, round, signal);
    }
  }

  async #pullFrom(
    source: ImageSource,
    reference: ImageReference,
    progress: PullProgress,
    signal: AbortSignal,
  ): Promise<RunnableImage> {
    const { repository } = source;
    const { tag = "latest", digest } = reference;
    const manifest = await this.#manifest(source, digest ?? tag, signal);
    const config = parseImageConfig(
      await source.client.document(repository, manifest.config, signal),
      manifest.layers.length,
    );
    const blobs = new Map(config.rootfs.diff_ids.map((diffId, index) => [diffId, manifest.layers[index]] as const));
    const missing = [...blobs].flatMap(([diffId, blob]) =>
      this.#deps.layers.find(diffId) === undefined && blob ? [{ diffId, blob }] : [],
    );
    const count = counter(
      missing.map(({ blob }) => blob),
      progress,
    );
    for (const { diffId, blob } of missing) {
      const download = () => count(source.client.blob(repository, blob, signal));
      await this.#add(diffId, download, config.rootfs.diff_ids);
    }
    this.#recent = [...this.#recent, config.rootfs.diff_ids].slice(-keptImages);
    this.#deps.layers.prune(new Set(this.#recent.flat()));
    return { config: config.config ?? {}, layers: this.#directories(config) };
  }

  /** On a full disk the layers of other images make room, once. */
  async #add(diffId: Digest, download: () => AsyncIterable<Uint8Array>, needed: readonly Digest[]): Promise<void> {
    const { layers } = this.#deps;
    try {
      await layers.add(diffId, download());
    } catch (error) {
      if (!(error instanceof OciError) || error.code !== "limit") throw error;
      layers.prune(new Set(needed));
      await layers.add(diffId, download());
    }
  }

  #directories(config: ImageConfig): LayerDirectory[] {
    return config.rootfs.diff_ids.map((diffId) => {
      const found = this.#deps.layers.find(diffId);
      if (found === undefined)
        throw new WorkerError("image", `The layer ${diffId} is gone from the disk though it was just there.`);
      return found;
    });
  }

  /** @param lists How many have led here. @param asked How many manifests were asked for in this pull. */
  async #manifest(
    source: ImageSource,
    wanted: string,
    signal: AbortSignal,
    lists = 0,
    asked = { count: 0 },
  ): Promise<ImageManifest> {
    asked.count += 1;
    if (lists > mostLists)
      throw new OciError("bad-image", `The image cannot be used: its lists of images lie ${mostLists} deep and more.`);
    const document = parseManifest((await source.client.manifest(source.repository, wanted, signal)).bytes);
    if (!("manifests" in document)) return document;
    let fault: unknown;
    for (const { digest } of fittingManifests(document, this.#deps.platform)) {
      if (asked.count >= mostManifests) break;
      try {
        return await this.#manifest(source, digest, signal, lists + 1, asked);
      } catch (error) {
        if (!(error instanceof OciError) || error.code !== "bad-image") throw error;
        fault ??= error;
      }
    }
    fault ??= new OciError(
      "bad-image",
      `The image cannot be used: none of ${mostManifests} manifests of its lists is one.`,
    );
    throw fault;
  }
}

function counter(
  blobs: readonly Descriptor[],
  progress: PullProgress,
): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  const totalBytes = blobs.reduce((sum, { size }) => sum + size, 0);
  let doneBytes = 0;
  return async function* (source) {
    for await (const chunk of source) {
      doneBytes += chunk.length;
      progress(doneBytes, totalBytes);
      yield chunk;
    }
  };
}

function refused(reference: ImageReference, refusals: ReadonlyMap<string, OciError>): WorkerError {
  const said = [...refusals].map(([name, error]) => `${name}: ${error.message}`);
  return new WorkerError("image", `The image ${formatReference(reference)} could not be pulled. ${said.join(" ")}`, {
    cause: [...refusals.values()].at(-1),
  });
}
