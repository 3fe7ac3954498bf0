// A tar archive as a stream of entries. We read tar ourselves since extended attributes are bytes, which tar-stream decodes as text.

import { OciError } from "../oci-error.ts";
import { decodeTarHeader, type TarEntryType, type TarHeader } from "./decode-tar-header.ts";
import { xattrsOf } from "./xattr-names.ts";

export type TarEntry = Omit<TarHeader, "type"> & {
  readonly type: Exclude<TarEntryType, "pax-local" | "pax-global" | "gnu-long-name" | "gnu-long-link">;
  /** By name, such as `security.capability`. */
  readonly xattrs: ReadonlyMap<string, Buffer>;
  /** The file's bytes; what is not read is skipped when the next entry is asked for. */
  readonly content: () => AsyncGenerator<Buffer>;
};

const headerExtensionLimitBytes = 1 << 20;

/**
 * Reads entries until the archive's end, then whatever padding follows.
 * @throws {OciError} `bad-layer` when the archive is malformed or cut off, `limit` when an extended header is over 1 MiB.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = new ChunkReader(source);
  try {
    yield* entries(input);
  } finally {
    await input.close(); // also when the reader stops early
  }
}

async function* entries(input: ChunkReader): AsyncGenerator<TarEntry> {
  let globals: PaxRecords = new Map();
  let pending: PaxRecords = new Map();
  for (;;) {
    const block = await input.exactly(512);
    const header = block === undefined ? undefined : decodeTarHeader(block);
    if (header === undefined) break;
    if (isExtension(header)) {
      const records = extension(header, await extensionBody(input, header));
      if (header.type === "pax-global") globals = new Map([...globals, ...records]);
      else pending = new Map([...pending, ...records]);
      continue;
    }
    const entry = applyRecords(header, new Map([...globals, ...pending]));
    pending = new Map();
    const content = new Content(input, entry.sizeBytes);
    yield { ...entry, content: () => content.read() };
    await content.skipRest();
  }
  await input.drain();
}

type PaxRecords = ReadonlyMap<string, Buffer>;
type Extension = TarHeader & { type: "pax-local" | "pax-global" | "gnu-long-name" | "gnu-long-link" };

function isExtension(header: TarHeader): header is Extension {
  return header.type.startsWith("pax-") || header.type.startsWith("gnu-");
}

async function extensionBody(input: ChunkReader, { sizeBytes }: TarHeader): Promise<Buffer> {
  if (sizeBytes > headerExtensionLimitBytes || sizeBytes < 0)
    throw new OciError("limit", `A tar header extension of ${sizeBytes} bytes is over the limit of 1 MiB.`);
  const padded = await input.exactly(Math.ceil(sizeBytes / 512) * 512);
  if (padded === undefined) throw cutOff();
  return padded.subarray(0, sizeBytes);
}

function extension(header: Extension, body: Buffer): PaxRecords {
  const zero = body.indexOf(0);
  const name = zero === -1 ? body : body.subarray(0, zero);
  if (header.type === "gnu-long-name") return new Map([["path", Buffer.from(name)]]);
  if (header.type === "gnu-long-link") return new Map([["linkpath", Buffer.from(name)]]);
  return decodePax(body);
}

/** `<length> <key>=<value>\n`, the length in decimal and counting itself (POSIX pax, "Extended Header"). */
export function decodePax(body: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const digits = space === -1 ? "" : body.toString("latin1", at, space);
    const end = at + (/^[0-9]{1,8}$/.test(digits) ? Number(digits) : 0);
    const equals = body.indexOf(0x3d, space);
    if (end > body.length || equals === -1 || equals >= end || body[end - 1] !== 0x0a)
      throw new OciError("bad-layer", "A tar extended header is malformed.");
    records.set(body.toString("latin1", space + 1, equals), Buffer.from(body.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}

function applyRecords(header: TarHeader, records: PaxRecords): Omit<TarEntry, "content"> {
  if ([...records.keys()].some((key) => key.startsWith("GNU.sparse.")))
    throw new OciError(
      "bad-layer",
      `The layer's entry ${header.name} is a sparse file, which image layers may not hold.`,
    );
  const name = records.get("path")?.toString("latin1") ?? header.name;
  const { type } = header;
  if (type === "pax-local" || type === "pax-global" || type === "gnu-long-name" || type === "gnu-long-link")
    throw new OciError("bad-layer", "A tar header extension extends another.");
  const sized = type === "file" ? (decimal(records, "size") ?? header.sizeBytes) : 0;
  if (sized < 0) throw new OciError("bad-layer", `The layer's entry ${name} has a negative size.`);
  return {
    ...header,
    type,
    name,
    linkName: records.get("linkpath")?.toString("latin1") ?? header.linkName,
    sizeBytes: sized,
    uid: decimal(records, "uid") ?? header.uid,
    gid: decimal(records, "gid") ?? header.gid,
    mtimeSeconds: decimal(records, "mtime") ?? header.mtimeSeconds,
    xattrs: xattrsOf(records),
  };
}

function decimal(records: PaxRecords, key: string): number | undefined {
  const text = records.get(key)?.toString("latin1");
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?[0-9]+(\.[0-9]+)?$/.test(text) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new OciError("bad-layer", `A tar extended header has ${key}="${text.slice(0, 40)}", which is no number.`);
  return value;
}

function cutOff(): OciError {
  return new OciError("bad-layer", "The layer's tar archive is cut off.");
}

/** The bytes of one entry and the padding behind them. */
class Content {
  readonly #input: ChunkReader;
  readonly #paddingBytes: number;
  #remainingBytes: number;

  constructor(input: ChunkReader, sizeBytes: number) {
    this.#input = input;
    this.#remainingBytes = sizeBytes;
    this.#paddingBytes = (512 - (sizeBytes % 512)) % 512;
  }

  async *read(): AsyncGenerator<Buffer> {
    while (this.#remainingBytes > 0) {
      const chunk = await this.#input.atMost(this.#remainingBytes);
      if (chunk === undefined) throw cutOff();
      this.#remainingBytes -= chunk.length;
      yield chunk;
    }
  }

  async skipRest(): Promise<void> {
    for await (const _ of this.read());
    if (this.#paddingBytes > 0 && (await this.#input.exactly(this.#paddingBytes)) === undefined) throw cutOff();
  }
}

/** Chunks of any size in, the sizes asked for out. */
class ChunkReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** One to `limitBytes` bytes; `undefined` at the end. */
  async atMost(limitBytes: number): Promise<Buffer | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done) return undefined;
      this.#chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    const taken = this.#chunk.subarray(0, limitBytes);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken;
  }

  /** `undefined` when the source ends right here. */
  async exactly(sizeBytes: number): Promise<Buffer | undefined> {
    if (sizeBytes === 0) return Buffer.alloc(0);
    const parts: Buffer[] = [];
    for (let missing = sizeBytes; missing > 0; ) {
      const part = await this.atMost(missing);
      if (part === undefined && parts.length > 0) throw cutOff();
      if (part === undefined) return undefined;
      parts.push(part);
      missing -= part.length;
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async drain(): Promise<void> {
    while ((await this.atMost(Number.MAX_SAFE_INTEGER)) !== undefined);
  }
}
