// What the first bytes say a file is, where that is anything but the content of a disk: written as it is it would never boot.

import { isUtf8 } from "node:buffer";

/** How many of the first bytes are looked at: a disk's first sector. */
const headBytes = 512;

type Known = { readonly at?: number; readonly starts: string; readonly is: string; readonly mend: string };

const convert = "Convert it with `qemu-img convert -O raw` first";
const whole =
  "The disk is in the files that it names: put them together where they are, with `qemu-img convert -O raw`";
const unpack = "Take the disk image out of it, and serve that";
const compressedTwice = "Decompress it once more, and serve that";

/** In hexadecimal, as each format's description has it. */
const known: readonly Known[] = [
  { starts: "514649fb", is: "a qcow2 file", mend: convert },
  { starts: "51454400", is: "a QED file", mend: convert },
  { starts: "4b444d56", is: "a VMDK file", mend: convert },
  { starts: "434f5744", is: "a VMDK file", mend: convert },
  { starts: "23204469736b2044657363726970746f7246696c65", is: "the description of a VMDK file", mend: whole },
  { starts: "7668647866696c65", is: "a VHDX file", mend: convert },
  { starts: "636f6e6563746978", is: "a VHD file that grows", mend: convert },
  { at: 64, starts: "7f10dabe", is: "a VDI file", mend: convert },
  { starts: "576974686f75", is: "a Parallels file", mend: convert },
  { starts: "3aff26ed", is: "a sparse image of Android", mend: "Convert it with `simg2img` first" },
  { starts: "4d5357494d000000", is: "a Windows image (WIM)", mend: "Apply it to a disk first, and serve that disk" },
  { at: 257, starts: "7573746172", is: "a tar archive", mend: unpack },
  { starts: "504b0304", is: "a zip archive", mend: unpack },
  { starts: "377abcaf271c", is: "a 7z archive", mend: unpack },
  { starts: "526172211a07", is: "a RAR archive", mend: unpack },
  { starts: "3037303730", is: "a cpio archive, as an initramfs is one", mend: unpack },
  { starts: "213c617263683e0a", is: "a Debian package", mend: unpack },
  { starts: "edabeedb", is: "an RPM package", mend: unpack },
  { starts: "25504446", is: "a PDF", mend: "Check IMG_URL" },
  { starts: "7f454c46", is: "a program (ELF)", mend: "Check IMG_URL" },
  { starts: "1f8b08", is: "compressed by gzip", mend: compressedTwice },
  { starts: "fd377a585a00", is: "compressed by xz", mend: compressedTwice },
  { starts: "28b52ffd", is: "compressed by zstd", mend: compressedTwice },
  { starts: "425a6839314159265359", is: "compressed by bzip2", mend: compressedTwice },
  { starts: "04224d18", is: "compressed by lz4", mend: "Compress it by zstd, xz, gzip or bzip2" },
  { starts: "4c5a4950", is: "compressed by lzip", mend: "Compress it by zstd, xz, gzip or bzip2" },
  { starts: "5d0000", is: "compressed by lzma", mend: "Compress it by zstd, xz, gzip or bzip2" },
];

const program = { is: "a program of Windows or UEFI (PE), as a kernel is one", mend: "Check IMG_URL" };

const page = /^\s*(<!doctype|<html|<head|<\?xml|<error|\{\s*"|version https:\/\/git-lfs)/i;

/** @param head The first bytes, 512 or more, or all of a shorter file. @returns What they are, and what to do; undefined when they may be a disk's. */
export function notADisk(head: Uint8Array): Pick<Known, "is" | "mend"> | undefined {
  const bytes = Buffer.from(head.subarray(0, headBytes));
  const found = known.find(({ at = 0, starts }) => {
    return bytes.toString("hex", at, at + starts.length / 2) === starts;
  });
  if (found === undefined && isProgram(bytes)) return program;
  return (
    found ?? (isText(bytes) ? { is: `text: ${JSON.stringify(excerpt(bytes))}`, mend: "Check IMG_URL" } : undefined)
  );
}

/** The letters alone are code, too, which a boot sector may begin with. */
function isProgram(bytes: Buffer): boolean {
  if (bytes.length < headBytes || bytes.toString("latin1", 0, 2) !== "MZ") return false;
  const at = bytes.readUInt32LE(0x3c);
  return bytes.toString("hex", at, at + 4) === "50450000";
}

/** A page of a web server, the pointer of Git LFS to a file, or words such as `404: Not Found`: no disk begins with a sector of nothing else. */
function isText(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  if (page.test(text)) return true;
  if (bytes.length === 0 || bytes.some(isNoLetter)) return false;
  // The last bytes may be the beginning of a letter.
  return [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, bytes.length - cut)));
}

/** Blanks, the ends of lines, and what colours a terminal are in texts; other control bytes are not. */
function isNoLetter(byte: number): boolean {
  return byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127;
}

function excerpt(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/[^ -~]+/g, " ")
    .trim()
    .slice(0, 60);
}
