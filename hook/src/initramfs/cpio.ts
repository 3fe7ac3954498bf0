// Writes the cpio archive that Linux unpacks into its first root ("newc", Documentation/driver-api/early-userspace/buffer-format.rst).
import { HookError } from "../hook-error.ts";

/** One entry. Everything belongs to root, and every time is the same, so that equal input gives equal bytes. */
export type CpioEntry =
  | { readonly kind: "directory"; readonly path: string; readonly mode: number }
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "character-device";
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

const typeBits = { directory: 0o040000, file: 0o100000, link: 0o120000, "character-device": 0o020000 } as const;
const trailer = "TRAILER!!!";
/** A header field has eight hexadecimal digits. */
const largestFileBytes = 0xffff_ffff;

/**
 * @param entries Parents before what is in them; paths without a leading slash.
 * @param timeSeconds Modification time of every entry, in seconds since 1970.
 * @returns The archive in pieces, to be written one after the other; large contents are not copied.
 * @throws {HookError} `too-large` for a file of 4 GiB or more.
 */
export function writeCpio(entries: readonly CpioEntry[], timeSeconds: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    const content = contentOf(entry);
    if (content.length > largestFileBytes)
      throw new HookError(
        "too-large",
        `${entry.path} has ${content.length} bytes; a cpio archive holds files below 4 GiB.`,
      );
    const mode = typeBits[entry.kind] | (entry.kind === "link" ? 0o777 : entry.mode);
    const device: [number, number] = entry.kind === "character-device" ? [entry.major, entry.minor] : [0, 0];
    pieces.push(header({ inode: index + 1, mode, timeSeconds, size: content.length, device, path: entry.path }));
    pieces.push(content, padding(content.length));
  });
  pieces.push(header({ inode: 0, mode: 0, timeSeconds: 0, size: 0, device: [0, 0], path: trailer }));
  return pieces.filter((piece) => piece.length > 0);
}

function contentOf(entry: CpioEntry): Uint8Array {
  if (entry.kind === "file") return entry.content;
  if (entry.kind === "link") return Buffer.from(entry.target);
  return new Uint8Array(0);
}

function header(entry: {
  inode: number;
  mode: number;
  timeSeconds: number;
  size: number;
  device: readonly [number, number];
  path: string;
}): Uint8Array {
  const name = Buffer.from(`${entry.path}\0`);
  const links = (entry.mode & 0o170000) === typeBits.directory ? 2 : 1;
  const fields = [
    entry.inode,
    entry.mode,
    0,
    0,
    links,
    entry.timeSeconds,
    entry.size,
    0,
    0,
    ...entry.device,
    name.length,
    0,
  ];
  const digits = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  const text = Buffer.concat([Buffer.from(`070701${digits}`), name]);
  return Buffer.concat([text, padding(text.length)]);
}

/** Headers with their names, and contents, each end on a multiple of four bytes. */
function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
