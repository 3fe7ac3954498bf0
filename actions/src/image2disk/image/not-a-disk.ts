// What the first bytes say a file is, where that is anything but the content of a disk: written as it is it would never boot.

import { isUtf8 } from "node:buffer";
import { hasBootSector } from "./disk-content.ts";
import { check, type FileForm, fileForms, unpack } from "./file-forms.ts";

/** How many of the first bytes are looked at: a disk's first sector. */
const headBytes = 512;

const program = { is: "a program of Windows or UEFI (PE), as a kernel is one", mend: check };

/** Whatever its letters are encoded in; three of them may be the mark of UTF-8. */
const page = /^(?:\xef\xbb\xbf)?\s*(<[!?/a-z]|[[{]\s*[{"]|version https:\/\/git-lfs)/i;
const tarArchive = { is: "a tar archive", mend: unpack };
const scrap = { is: "shorter than a disk's first sector of 512 bytes", mend: check };

/** @param head The first bytes, 512 or more, or all of a shorter file. @returns What they are, and what to do; undefined when they may be a disk's. */
export function notADisk(head: Uint8Array): Pick<FileForm, "is" | "mend"> | undefined {
  const bytes = Buffer.from(head.subarray(0, headBytes));
  const isDisk = hasBootSector(bytes);
  const found = fileForms.find(({ at = 0, starts }) => {
    // Two bytes may be code, which a boot sector begins with.
    if (isDisk && starts.length <= 4) return false;
    return bytes.toString("hex", at, at + starts.length / 2) === starts;
  });
  if (found !== undefined) return found;
  if (isProgram(bytes)) return program;
  if (isOldTar(bytes)) return tarArchive;
  if (isText(bytes)) return { is: `text: ${JSON.stringify(excerpt(bytes))}`, mend: check };
  return bytes.length > 0 && bytes.length < headBytes ? scrap : undefined;
}

/** Of before POSIX, without a magic of its own: but it has a sum of its header, in octal. */
function isOldTar(bytes: Buffer): boolean {
  if (bytes.length < headBytes || bytes[0] === 0) return false;
  const [sumAt, sumEnd] = [148, 156];
  const said = /^ *([0-7]{1,7})[\0 ]*$/.exec(bytes.toString("latin1", sumAt, sumEnd))?.[1];
  if (said === undefined) return false;
  const sum = bytes.reduce((total, byte, at) => total + (at >= sumAt && at < sumEnd ? 0x20 : byte), 0);
  return Number.parseInt(said, 8) === sum;
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
