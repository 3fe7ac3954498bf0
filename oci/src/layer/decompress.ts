// Layers uncompressed by what their first bytes say; media types in the wild are not reliable.

import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { OciError } from "../oci-error.ts";

/**
 * Gzip (RFC 1952), zstd (RFC 8878) or plain, recognised by magic number.
 * @throws {OciError} `bad-layer` when compressed data is corrupt or cut off; errors of `source` come through as they are.
 */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(source, 4);
  const decoder = decoderFor(head);
  if (decoder === undefined) {
    yield* all;
    return;
  }
  let sourceError: unknown;
  const input = Readable.from(
    remember(all, (error) => (sourceError = error)),
    { objectMode: false },
  );
  input.on("error", (error) => decoder.destroy(error));
  input.pipe(decoder);
  try {
    yield* decoder;
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    throw new OciError(
      "bad-layer",
      `The layer's compressed data is corrupt or cut off (${(error as Error).message}).`,
      {
        cause: error,
      },
    );
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

function decoderFor(
  head: Buffer,
): ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined {
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return createGunzip();
  const magic = head.length >= 4 ? head.readUInt32LE(0) : 0;
  // Parallel compressors begin with a frame to be skipped (RFC 8878 §3.1.2).
  if (magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5) return createZstdDecompress();
  return undefined;
}

async function peek(
  source: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < sizeBytes) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, all: rejoin(head, iterator) };
}

async function* rejoin(head: Buffer, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* remember(
  source: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    failed(error);
    throw error;
  }
}
