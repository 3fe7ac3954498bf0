// Adds images to an OCI image layout on disk (image-spec image-layout.md), tagged by repository.
import { createHash } from "node:crypto";
import { copyFile, link, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { blobFile, type LayerBlob } from "./layer/write-layer.ts";
import { type Descriptor, type ImageConfig, type ImageIndex, type ImageManifest, mediaTypes } from "./manifest.ts";
import { OciError } from "./oci-error.ts";

/** The annotation that carries a manifest's name in `index.json`; ours is `repository:tag`. */
export const refNameAnnotation = "org.opencontainers.image.ref.name";

export type ImageToWrite = {
  /** `tinkerbell/actions/image2disk`, without a registry. */
  readonly repository: string;
  readonly tag: string;
  readonly architecture: string;
  readonly config: NonNullable<ImageConfig["config"]>;
  /** In order of application. */
  readonly layers: readonly LayerBlob[];
};

/** Where a layout keeps its blobs. */
export function layoutBlobs(layoutDir: string): string {
  return join(layoutDir, "blobs", "sha256");
}

/** Writes the image's blobs and puts its tag into `index.json`, in the place of an older one of that name. */
export async function writeImage(layoutDir: string, image: ImageToWrite): Promise<Descriptor> {
  const blobsDir = layoutBlobs(layoutDir);
  await mkdir(blobsDir, { recursive: true });
  for (const layer of image.layers) await lend(layer.file, blobFile(blobsDir, layer.descriptor.digest));
  const config = await writeJson(blobsDir, mediaTypes.config, configOf(image));
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: image.layers.map((layer) => layer.descriptor),
  };
  const descriptor = await writeJson(blobsDir, mediaTypes.manifest, manifest);
  await tagIn(layoutDir, {
    ...descriptor,
    annotations: { [refNameAnnotation]: `${image.repository}:${image.tag}` },
    platform: { os: "linux", architecture: image.architecture },
  });
  return descriptor;
}

function configOf(image: ImageToWrite): ImageConfig {
  return {
    created: "1970-01-01T00:00:00Z",
    architecture: image.architecture,
    os: "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: image.layers.map((layer) => layer.diffId) },
  };
}

async function writeJson(blobsDir: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
  await writeFile(blobFile(blobsDir, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

async function tagIn(layoutDir: string, descriptor: Descriptor): Promise<void> {
  const file = join(layoutDir, "index.json");
  const name = descriptor.annotations?.[refNameAnnotation] ?? "";
  const others = (await readIndex(layoutDir)).manifests.filter(
    (manifest) => manifest.annotations?.[refNameAnnotation] !== name,
  );
  const manifests = [...others, descriptor].sort((a, b) => (refName(a) < refName(b) ? -1 : 1));
  const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  await writeFile(join(layoutDir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  // Readers look at index.json while we write: it changes as a whole or not at all.
  await writeFile(`${file}.part`, JSON.stringify(index));
  await rename(`${file}.part`, file);
}

function refName(descriptor: Descriptor): string {
  return descriptor.annotations?.[refNameAnnotation] ?? "";
}

/** A layout that is not there yet is an empty one. */
async function readIndex(layoutDir: string): Promise<ImageIndex> {
  const file = join(layoutDir, "index.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as ImageIndex;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { schemaVersion: 2, manifests: [] };
    throw new OciError("bad-layout", `${file} cannot be read as an image index: remove it and build again`, {
      cause,
    });
  }
}

/** A hard link costs nothing; another file system costs a copy. */
async function lend(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "EXDEV" && code !== "EPERM") throw error;
    await copyFile(from, to);
  }
}
