// Answers the thread that lends files, on the main thread, with memory that both see.
import type { ServedFile } from "@neverland/platform/files/served-file.ts";
import { encodeNetascii } from "@neverland/protocols";
import type { BootFiles, NotLent } from "../boot-files.ts";
import type { FileAnswer, WantedFile } from "./lent-files.ts";

/** What is copied or encoded without a break: a few milliseconds. */
const sliceBytes = 1 << 20;

export async function lendFile(files: BootFiles, { name, netascii, etag }: WantedFile): Promise<FileAnswer> {
  const file = await files.open(name);
  if ("reason" in file) return file;
  try {
    const { version } = file;
    if (version.etag === etag) return "same";
    const bytes = await bytesOf(file, netascii);
    return "reason" in bytes ? bytes : { etag: version.etag, sizeBytes: version.sizeBytes, bytes };
  } finally {
    file.close();
  }
}

/** A copy: the cache gives its memory back when it likes, and the thread has no say in that. */
async function bytesOf(file: ServedFile, netascii: boolean): Promise<Uint8Array | NotLent> {
  const { sizeBytes } = file.version;
  // Netascii makes of each byte two at the most; pages that nobody writes to are no memory.
  const bytes = new Uint8Array(new SharedArrayBuffer(netascii ? 2 * sizeBytes : sizeBytes));
  let filled = 0;
  for (let at = 0; at < sizeBytes; ) {
    const slice = await file.read(at, sliceBytes);
    if ("reason" in slice) return slice;
    const written = netascii ? encodeNetascii(slice) : slice;
    bytes.set(written, filled);
    filled += written.length;
    at += slice.length;
    // The main thread has others to answer.
    await new Promise(setImmediate);
  }
  return bytes.subarray(0, filled);
}
