// The iPXE binaries that TFTP and HTTP lend: an allow-list of names in one directory, kept in memory.
import { join } from "node:path";
import { type FileFault, fileFault, openPlainFile } from "@neverland/platform/files/open-plain-file.ts";

/** Why a boot file is not lent. `message` is for people who run the server. */
export type NotLent = FileFault | { readonly reason: "FileNotLent"; readonly message: string };

/** Reads again what changed on disk. */
export interface BootFiles {
  read(name: string): Promise<Uint8Array | NotLent>;
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

const largestFileBytes = 64 * 2 ** 20;

/** @param extraNames Further names to lend, such as those that Hardware names in `netboot.ipxe.binary`. */
export function openBootFiles(directory: string, extraNames: readonly string[] = []): BootFiles {
  const extra = new Set(extraNames.filter((name) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)));
  const cache = new Map<string, { readonly version: string; readonly bytes: Uint8Array }>();
  const load = async (name: string): Promise<Uint8Array | FileFault> => {
    const path = join(directory, name);
    const opened = await openPlainFile(path);
    if ("reason" in opened) return opened;
    const { handle, stats } = opened;
    try {
      if (stats.size > largestFileBytes)
        return { reason: "FileUnreadable", message: `${path} is larger than a boot file can be` };
      const version = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
      const cached = cache.get(name);
      if (cached?.version === version) return cached.bytes;
      const bytes = await handle.readFile();
      cache.set(name, { version, bytes });
      return bytes;
    } catch (error) {
      return fileFault(path, error);
    } finally {
      await handle.close();
    }
  };
  return {
    async read(name) {
      if (!lentNames.has(name) && !extra.has(name))
        return { reason: "FileNotLent", message: `${name} is not a file that is lent here` };
      const loaded = await load(name);
      const alternative = alternatives.get(name);
      const isMissing = "reason" in loaded && loaded.reason === "NoSuchFile";
      return isMissing && alternative !== undefined ? await load(alternative) : loaded;
    },
  };
}

/** A name as firmware and iPXE ask for it, with what they put around it. */
export interface RequestedFile {
  readonly name: string;
  /** The directory before the name, which may be the machine's MAC. */
  readonly directory: string;
}

/** Takes off leading directories and the trace suffix that upstream's DHCP adds (`-00-<trace>-<span>-<flags>`). */
export function parseRequestedFile(path: string): RequestedFile {
  const elements = path.split(/[\\/]+/).filter((element) => element !== "");
  const name = (elements.at(-1) ?? "").replace(/-00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, "");
  return { name, directory: elements.at(-2) ?? "" };
}
