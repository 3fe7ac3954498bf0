// Decides how an image is compressed: by the extension of its URL's path, checked against its first bytes.
import { ActionError } from "../../program/action-error.ts";
import { notADisk } from "./not-a-disk.ts";

export type Compression = "none" | "gzip" | "zstd" | "xz" | "bzip2";

// ".zs" and ".bzip2" are upstream's spellings.
const byExtension: Readonly<Record<string, Compression>> = {
  gz: "gzip",
  zst: "zstd",
  zs: "zstd",
  xz: "xz",
  bz2: "bzip2",
  bzip2: "bzip2",
};

const byMagic: readonly (readonly [string, Exclude<Compression, "none">])[] = [
  ["1f8b08", "gzip"],
  ["28b52ffd", "zstd"],
  ["fd377a585a00", "xz"],
  ["425a68", "bzip2"],
];

/** By the path alone: a query such as `?sig=x.y` says nothing about the file. */
export function compressionOfUrl(url: URL): Compression | undefined {
  const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
}

/** By its first bytes alone. */
export function seenCompression(head: Uint8Array): Exclude<Compression, "none"> | undefined {
  const hex = Buffer.from(head.subarray(0, 8)).toString("hex");
  return byMagic.find(([magic]) => hex.startsWith(magic))?.[1] ?? (isSkippableZstdFrame(hex) ? "zstd" : undefined);
}

/**
 * @param head The first bytes of the image, as served.
 * @throws {ActionError} `corrupt` when the bytes are not what URL and COMPRESSED promise.
 */
export function decideCompression(url: URL, isCompressed: boolean, head: Uint8Array): Compression {
  const hex = Buffer.from(head.subarray(0, 8)).toString("hex");
  const promised = compressionOfUrl(url);
  const seen = seenCompression(head);
  const start = `the image at ${url.origin}${url.pathname} begins with ${hex === "" ? "nothing" : hex}`;
  if (!isCompressed && seen !== undefined)
    throw wrong(`${start}, which is ${seen}; expected a raw disk image. Set COMPRESSED to true to decompress it`);
  if (!isCompressed) return "none";
  if (seen === undefined) {
    const what = notADisk(head)?.is;
    const found = what === undefined ? start : `${start}, which is ${what}`;
    throw wrong(`${found}; expected ${promised ?? "gzip, zstd, xz or bzip2"}, as COMPRESSED is true. Check the file`);
  }
  if (promised !== undefined && promised !== seen)
    throw wrong(`${start}, which is ${seen}; expected ${promised} by its name. Rename or replace the file`);
  return seen;
}

/**
 * What is in a compressed file may be anything, too.
 * @param head The first bytes of what is to be written. @throws {ActionError} `corrupt` when they are no disk's.
 */
export function mustBeDisk(url: URL, compression: Compression, head: Uint8Array): void {
  const found = notADisk(head);
  if (found === undefined) return;
  const within = compression === "none" ? "" : `, inside ${compression},`;
  const image = `the image at ${url.origin}${url.pathname}${within}`;
  throw wrong(`${image} is ${found.is}; expected a raw disk image. ${found.mend}`);
}

/** RFC 8878 §3.1.2: 0x184D2A50 to 0x184D2A5F, little-endian; parallel compressors begin with one. */
function isSkippableZstdFrame(hex: string): boolean {
  return /^5.2a4d18/.test(hex);
}

function wrong(sentence: string): ActionError {
  return new ActionError("corrupt", `Nothing was written: ${sentence}`);
}
