// One 512-byte header block of a tar archive (POSIX ustar and pax, GNU), read without trusting it.

import { OciError } from "../oci-error.ts";

export type TarEntryType =
  | "file"
  | "hardlink"
  | "symlink"
  | "character-device"
  | "block-device"
  | "directory"
  | "fifo"
  | "pax-local"
  | "pax-global"
  | "gnu-long-name"
  | "gnu-long-link";

/** Names hold one byte per character (latin1), since tar gives file names no encoding. */
export type TarHeader = {
  readonly type: TarEntryType;
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
};

const types = new Map<string, TarEntryType>([
  ["\0", "file"],
  ["0", "file"],
  ["7", "file"],
  ["1", "hardlink"],
  ["2", "symlink"],
  ["3", "character-device"],
  ["4", "block-device"],
  ["5", "directory"],
  ["6", "fifo"],
  ["x", "pax-local"],
  ["g", "pax-global"],
  ["L", "gnu-long-name"],
  ["K", "gnu-long-link"],
]);

/** Reads a block of exactly 512 bytes; `undefined` is the all-zero block that ends an archive.
 *  @throws {OciError} `bad-layer` */
export function decodeTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (checksum(block) !== number(block, 148, 8)) throw new OciError("bad-layer", "A tar header has a wrong checksum.");
  const flag = String.fromCharCode(block.readUInt8(156));
  const type = types.get(flag);
  if (type === undefined)
    throw new OciError("bad-layer", `A tar entry has the type "${flag}", which no image layer may hold.`);
  const name = text(block, 0, 100);
  const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? text(block, 345, 155) : "";
  return {
    type: type === "file" && name.endsWith("/") ? "directory" : type,
    name: prefix === "" ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    sizeBytes: number(block, 124, 12),
    mtimeSeconds: number(block, 136, 12),
    deviceMajor: number(block, 329, 8),
    deviceMinor: number(block, 337, 8),
  };
}

function checksum(block: Buffer): number {
  let sum = 8 * 32; // the checksum field itself counts as spaces
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0 : block.readUInt8(i);
  return sum;
}

function text(block: Buffer, offset: number, length: number): string {
  const end = block.subarray(offset, offset + length).indexOf(0);
  return block.toString("latin1", offset, offset + (end === -1 ? length : end));
}

/** Octal digits, or GNU's base-256 form when the first bit is set. */
function number(block: Buffer, offset: number, length: number): number {
  if ((block.readUInt8(offset) & 0x80) !== 0) return base256(block.subarray(offset, offset + length));
  const digits = text(block, offset, length).trim();
  if (digits === "") return 0;
  if (!/^[0-7]+$/.test(digits)) throw new OciError("bad-layer", "A tar header holds a number that is not octal.");
  return Number.parseInt(digits, 8);
}

function base256(field: Buffer): number {
  let value = 0n;
  for (const [index, byte] of field.entries()) value = (value << 8n) | BigInt(index === 0 ? byte & 0x7f : byte);
  if ((field.readUInt8(0) & 0x40) !== 0) value -= 1n << BigInt(field.length * 8 - 1);
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < -BigInt(Number.MAX_SAFE_INTEGER))
    throw new OciError("bad-layer", "A tar header holds a number beyond 2^53.");
  return Number(value);
}
