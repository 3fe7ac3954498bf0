// Packs entries as a gzipped layer into a folder of blobs. gzip, because every runtime that pulls images reads it.
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Descriptor, type Digest, mediaTypes } from "../manifest.ts";
import { packTar } from "../tar/pack-tar.ts";
import type { TarEntry } from "../tar/tar-entry.ts";

/** A layer on disk: `file` holds the bytes that `descriptor` names; `diffId` is the digest of the tar within. */
export type LayerBlob = { readonly descriptor: Descriptor; readonly diffId: Digest; readonly file: string };

/**
 * Writes one layer as `blobsDir/<64 hex digits>`. The same entries give the same bytes.
 * @throws {OciError} `bad-entry` when the entries cannot be a layer.
 */
export async function writeLayer(
  entries: readonly TarEntry[],
  blobsDir: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<LayerBlob> {
  const tar = packTar(entries);
  await mkdir(blobsDir, { recursive: true });
  const part = join(blobsDir, `.part-${randomUUID()}`);
  const [plain, packed] = [createHash("sha256"), createHash("sha256")];
  const gzip = createGzip({ level: 6, chunkSize: 1 << 18 });
  try {
    await pipeline(tar, tap(plain), gzip, tap(packed), createWriteStream(part), options);
    const digest: Digest = `sha256:${packed.digest("hex")}`;
    const file = blobFile(blobsDir, digest);
    const { size } = await stat(part);
    await rename(part, file);
    return {
      descriptor: { mediaType: mediaTypes.layerGzip, digest, size },
      diffId: `sha256:${plain.digest("hex")}`,
      file,
    };
  } finally {
    await rm(part, { force: true });
  }
}

/** Where a folder of blobs keeps the blob of this digest. */
export function blobFile(blobsDir: string, digest: Digest): string {
  return join(blobsDir, digest.slice("sha256:".length));
}

function tap(hash: { update(bytes: Uint8Array): unknown }): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}
