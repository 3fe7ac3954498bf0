// Lends files to the thread of packets, on the main thread: a version of a file stays open for as long as the thread knows it, and is handed
// over in pieces.
import type { ServedFile } from "@neverland/platform/files/served-file.ts";
import { encodeNetascii } from "@neverland/protocols";
import type { BootFiles, NotLent } from "../boot-files.ts";
import { type FileAnswer, type PieceBytes, pieceBytes, type WantedFile, type WantedPiece } from "./lent-file.ts";

/** Netascii is made of the whole file, and kept. */
const largestTextBytes = 64 * 2 ** 20;

interface Lent {
  readonly lengthBytes: number;
  readonly file: ServedFile;
  /** In netascii; undefined: as the file is. */
  readonly text: Uint8Array | undefined;
  /** A file is read one piece after another: what it gives stands until the next. */
  turn: Promise<unknown>;
}

export class FileLender {
  readonly #files: BootFiles;
  readonly #lent = new Map<number, Lent>();
  #lastId = 0;
  #isClosed = false;

  constructor(files: BootFiles) {
    this.#files = files;
  }

  async open({ name, netascii, etag }: WantedFile): Promise<FileAnswer> {
    const file = await this.#files.open(name);
    if ("reason" in file) return file;
    const { version } = file;
    const text = netascii && version.etag !== etag ? await textOf(file) : undefined;
    if (version.etag === etag || this.#isClosed || (text !== undefined && "reason" in text)) {
      file.close();
      return text !== undefined && "reason" in text ? text : "same";
    }
    const lengthBytes = text?.length ?? version.sizeBytes;
    this.#lastId += 1;
    this.#lent.set(this.#lastId, { lengthBytes, file, text, turn: Promise.resolve() });
    return { id: this.#lastId, etag: version.etag, sizeBytes: version.sizeBytes, lengthBytes };
  }

  /** @returns Memory to be given away. */
  async piece({ id, index }: WantedPiece): Promise<PieceBytes | NotLent> {
    const lent = this.#lent.get(id);
    if (lent === undefined) return { reason: "FileNotReady", message: "the file is lent no more" };
    const reading = lent.turn.then(() => readPiece(lent, index));
    lent.turn = reading.catch(() => undefined);
    return await reading;
  }

  close(id: number): void {
    this.#lent.get(id)?.file.close();
    this.#lent.delete(id);
  }

  /** The thread has ended. */
  closeAll(): void {
    this.#isClosed = true;
    for (const id of this.#lent.keys()) this.close(id);
  }
}

/** A copy: the cache gives its memory back when it likes, and the thread has no say in that. */
async function readPiece({ file, text, lengthBytes }: Lent, index: number): Promise<PieceBytes | NotLent> {
  const from = index * pieceBytes;
  const bytes = new Uint8Array(Math.max(0, Math.min(pieceBytes, lengthBytes - from)));
  for (let filled = 0; filled < bytes.length; ) {
    const most = bytes.length - filled;
    const some = text?.subarray(from + filled, from + bytes.length) ?? (await file.read(from + filled, most));
    if ("reason" in some) return some;
    bytes.set(some, filled);
    filled += some.length;
  }
  return bytes;
}

async function textOf(file: ServedFile): Promise<Uint8Array | NotLent> {
  const { path, sizeBytes } = file.version;
  if (sizeBytes > largestTextBytes)
    return { reason: "FileNotLent", message: `${path} is too large to be lent in netascii; set the client to octet` };
  // Netascii makes of each byte two at the most; pages that nobody writes to are no memory.
  const bytes = new Uint8Array(2 * sizeBytes);
  let filled = 0;
  for (let at = 0; at < sizeBytes; ) {
    const slice = await file.read(at, pieceBytes);
    if ("reason" in slice) return slice;
    const written = encodeNetascii(slice);
    bytes.set(written, filled);
    filled += written.length;
    at += slice.length;
    // The main thread has others to answer.
    await new Promise(setImmediate);
  }
  return bytes.subarray(0, filled);
}
