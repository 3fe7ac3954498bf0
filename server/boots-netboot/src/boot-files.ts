// The iPXE binaries that TFTP and HTTP lend: an allow-list of names in one directory.
import { join } from "node:path";
import type { FileCache } from "@neverland/platform/files/file-cache.ts";
import type { FileFault } from "@neverland/platform/files/open-plain-file.ts";
import type { ServedFile } from "@neverland/platform/files/served-file.ts";

/** Why a boot file is not lent. `message` is for people who run the server. */
export type NotLent = FileFault | { readonly reason: "FileNotLent" | "FileNotReady"; readonly message: string };

export interface BootFiles {
  open(name: string): Promise<ServedFile | NotLent>;
}

const lentNames: ReadonlySet<string> = new Set([
  "undionly.kpxe",
  "undionly.kkpxe",
  "ipxe.pxe",
  "ipxe.lkrn",
  "ipxe.efi",
  "snponly.efi",
  "snp.efi",
  "snp-x86_64.efi",
  "snp-arm64.efi",
  "ipxe-arm64.efi",
  "ipxe.iso",
  "ipxe-efi.img",
]);

/** Upstream's names for what Debian calls otherwise; tried when a file of the name itself is not there. */
const alternatives: ReadonlyMap<string, string> = new Map([
  ["ipxe.efi", "snponly.efi"],
  ["snp.efi", "snponly.efi"],
  ["snp-x86_64.efi", "snponly.efi"],
  ["snp-arm64.efi", "ipxe-arm64.efi"],
]);

const largestFileBytes = 4 * 2 ** 30;

/** @param extraNames Further names to lend: those of binaries for an architecture. */
export function namesOfBootFiles(extraNames: readonly string[]): ReadonlySet<string> {
  return lentNames.union(new Set(extraNames.filter((name) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))));
}

/** @param extraNames As above. */
export function openBootFiles(
  cache: Pick<FileCache, "open">,
  directory: string,
  extraNames: readonly string[] = [],
): BootFiles {
  const lent = namesOfBootFiles(extraNames);
  const all = [...lent].sort().join(", ");
  const openOne = async (name: string): Promise<ServedFile | FileFault> => {
    const path = join(directory, name);
    const file = await cache.open(path);
    if ("reason" in file || file.version.sizeBytes <= largestFileBytes) return file;
    file.close();
    return { reason: "FileUnreadable", message: `${path} is larger than the 4 GiB of a boot file` };
  };
  const open = async (name: string): Promise<ServedFile | NotLent> => {
    if (!lent.has(name))
      return { reason: "FileNotLent", message: `${name} is not a file that is lent here; there are ${all}` };
    const file = await openOne(name);
    const alternative = alternatives.get(name);
    const isMissing = "reason" in file && file.reason === "NoSuchFile";
    return isMissing && alternative !== undefined ? await openOne(alternative) : file;
  };
  return { open };
}

/** A name as firmware and iPXE ask for it, with what they put around it. */
export interface RequestedFile {
  readonly name: string;
  /** The directory before the name, which may be the machine's MAC. */
  readonly directory: string;
}

/**
 * Takes off leading directories, the trace suffix that upstream's DHCP adds (`-00-<trace>-<span>-<flags>`), and what firmware that takes
 * option 67 for a C string reads beyond its end, mostly the end mark 255.
 */
export function parseRequestedFile(asked: string): RequestedFile {
  const path = asked.replace(/[^ -~].*$/s, "");
  const elements = path.split(/[\\/]+/).filter((element) => element !== "");
  const name = (elements.at(-1) ?? "").replace(/-00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, "");
  return { name, directory: elements.at(-2) ?? "" };
}
