// Writes entries as a tar whose bytes depend on the entries alone: sorted, no times, no names of users.
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { OciError } from "../oci-error.ts";
import { contentBytes, headerBlocks, padding } from "./encode-tar-header.ts";
import { inPackingOrder, type TarEntry } from "./tar-entry.ts";

const readBytes = 1 << 20;

/**
 * The tar of `entries` as a stream of bytes. The stream fails with `bad-entry` when a file changes its size meanwhile.
 * @throws {OciError} `bad-entry`, before anything is read, when the entries cannot be a layer.
 */
export function packTar(entries: readonly TarEntry[]): Readable {
  return Readable.from(blocks(inPackingOrder(entries)), { objectMode: false });
}

async function* blocks(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield headerBlocks(entry);
    yield* content(entry);
    yield padding(contentBytes(entry));
  }
  yield new Uint8Array(1024); // two empty blocks end a tar
}

async function* content(entry: TarEntry): AsyncGenerator<Uint8Array> {
  if (entry.type !== "file") return;
  if ("bytes" in entry) {
    yield entry.bytes;
    return;
  }
  let readSoFar = 0;
  for await (const chunk of createReadStream(entry.source, { highWaterMark: readBytes })) {
    readSoFar += chunk.length;
    yield chunk;
  }
  if (readSoFar !== entry.sizeBytes)
    throw new OciError(
      "bad-entry",
      `${entry.source} changed while it was packed: it had ${entry.sizeBytes} bytes and gave ${readSoFar}`,
    );
}
