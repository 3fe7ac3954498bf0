// The 512-byte header of one entry (POSIX.1-2017 ustar), preceded by a pax record where a path or link is too long for it.
import type { TarEntry } from "./tar-entry.ts";

const blockBytes = 512;
const typeFlags = { file: "0", symlink: "2", directory: "5", pax: "x" } as const;

/** All that ustar can hold; larger values would need further pax records, which no layer of ours needs. */
const maxSizeBytes = 0o77777777777;

type Fields = {
  readonly name: string;
  readonly type: keyof typeof typeFlags;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly target: string;
};

/** How many bytes of content follow the header of `entry`. */
export function contentBytes(entry: TarEntry): number {
  if (entry.type !== "file") return 0;
  return "bytes" in entry ? entry.bytes.length : entry.sizeBytes;
}

/** The zeros that fill the last block of `sizeBytes` bytes of content. */
export function padding(sizeBytes: number): Uint8Array {
  return new Uint8Array((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

/**
 * Every header block that `entry` needs.
 * @throws {RangeError} For content of 8 GiB and more.
 */
export function headerBlocks(entry: TarEntry): Uint8Array {
  const name = entry.type === "directory" ? `${entry.path}/` : entry.path;
  const target = entry.type === "symlink" ? entry.target : "";
  const sizeBytes = contentBytes(entry);
  if (sizeBytes > maxSizeBytes)
    throw new RangeError(`${entry.path} has ${sizeBytes} bytes: a layer's file ends at 8 GiB`);
  const fields: Fields = {
    name,
    target,
    sizeBytes,
    type: entry.type,
    mode: entry.type === "symlink" ? 0o777 : entry.mode,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
  };
  const records = [...paxRecord("path", name), ...paxRecord("linkpath", target)].join("");
  return records === "" ? block(fields) : Buffer.concat([paxBlocks(records), block(fields)]);
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string[] {
  if (Buffer.byteLength(value) <= 100) return [];
  const body = ` ${key}=${value}\n`;
  const bodyBytes = Buffer.byteLength(body);
  const guess = bodyBytes + String(bodyBytes).length;
  return [`${bodyBytes + String(guess).length}${body}`];
}

function paxBlocks(records: string): Uint8Array {
  const bytes = Buffer.from(records);
  const fields: Fields = {
    name: "pax",
    type: "pax",
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: bytes.length,
    target: "",
  };
  return Buffer.concat([block(fields), bytes, padding(bytes.length)]);
}

function block(fields: Fields): Uint8Array {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, offset: number, width: number): number =>
    header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset, "latin1");
  Buffer.from(fields.name).copy(header, 0, 0, 100);
  octal(fields.mode, 100, 8);
  octal(fields.uid, 108, 8);
  octal(fields.gid, 116, 8);
  octal(fields.sizeBytes, 124, 12);
  octal(0, 136, 12); // mtime: the epoch, since any other time would make two builds differ
  header.fill(" ", 148, 156); // the checksum counts itself as spaces
  header.write(typeFlags[fields.type], 156, "latin1");
  Buffer.from(fields.target).copy(header, 157, 0, 100);
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}
