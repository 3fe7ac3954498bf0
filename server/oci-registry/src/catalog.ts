// What the registry may hand out: everything that the layouts' tags lead to, and no other file.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Descriptor, type Digest, type ImageManifest, mediaTypes, refNameAnnotation } from "@neverland/oci";

/** One blob or manifest on disk. */
export type StoredBlob = {
  readonly file: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
};

export type Repository = {
  /** Tag to manifest. */
  readonly tags: ReadonlyMap<string, StoredBlob>;
  readonly manifests: ReadonlyMap<string, StoredBlob>;
  /** Configurations and layers. */
  readonly blobs: ReadonlyMap<string, StoredBlob>;
};

/** Repository name to what it holds. */
export type Catalog = ReadonlyMap<string, Repository>;

type OpenRepository = {
  readonly tags: Map<string, StoredBlob>;
  readonly manifests: Map<string, StoredBlob>;
  readonly blobs: Map<string, StoredBlob>;
};

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads one OCI layout. Tags are the `org.opencontainers.image.ref.name` annotations of its index, `repository:tag`.
 * @throws {Error} When the layout's index or a manifest in it cannot be read; the message names the file.
 */
export async function readCatalog(layoutDir: string): Promise<Catalog> {
  const repositories = new Map<string, OpenRepository>();
  for (const descriptor of descriptorsIn(await readJson(join(layoutDir, "index.json")), "manifests")) {
    const [name, tag] = splitReference(descriptor.annotations?.[refNameAnnotation] ?? "");
    if (name === undefined || tag === undefined) continue;
    const repository = repositories.get(name) ?? { tags: new Map(), manifests: new Map(), blobs: new Map() };
    repositories.set(name, repository);
    repository.tags.set(tag, stored(layoutDir, descriptor));
    await addManifest(layoutDir, descriptor, repository);
  }
  return repositories;
}

/** The same names in several layouts: the first layout wins. */
export function mergeCatalogs(catalogs: readonly Catalog[]): Catalog {
  return new Map(catalogs.toReversed().flatMap((catalog) => [...catalog]));
}

async function addManifest(layoutDir: string, descriptor: Descriptor, into: OpenRepository): Promise<void> {
  const blob = stored(layoutDir, descriptor);
  into.manifests.set(blob.digest, blob);
  const document = await readJson(blob.file);
  if (descriptor.mediaType === mediaTypes.index || descriptor.mediaType === mediaTypes.dockerManifestList) {
    for (const manifest of descriptorsIn(document, "manifests")) await addManifest(layoutDir, manifest, into);
    return;
  }
  const config = (document as Partial<ImageManifest>).config;
  for (const part of [...(config === undefined ? [] : [config]), ...descriptorsIn(document, "layers")]) {
    const child = stored(layoutDir, part);
    into.blobs.set(child.digest, child);
  }
}

/** A digest is the only part of a file's name that a document decides, so it must look like one. */
function stored(layoutDir: string, { digest, mediaType, size }: Descriptor): StoredBlob {
  if (!digestPattern.test(digest)) throw new Error(`${layoutDir} names the digest "${digest}", which is not sha256`);
  return { digest, mediaType, sizeBytes: size, file: join(layoutDir, "blobs", "sha256", digest.slice(7)) };
}

function splitReference(name: string): [string | undefined, string | undefined] {
  const match = /^([a-z0-9][a-z0-9._/-]*):([\w][\w.-]{0,127})$/.exec(name);
  return [match?.[1], match?.[2]];
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new Error(`${file} cannot be read as part of an OCI layout: build the images again`, { cause });
  }
}

function descriptorsIn(document: unknown, key: "manifests" | "layers"): readonly Descriptor[] {
  const list: unknown = (document as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(list) ? list : [];
}
