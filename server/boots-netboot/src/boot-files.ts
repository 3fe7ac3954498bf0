// The iPXE binaries that TFTP and HTTP lend: an allow-list of names in one directory, kept in memory.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** Reads again what changed on disk. */
export interface BootFiles {
  /** The file's bytes; undefined when the name is not on the list or no such file is there. */
  read(name: string): Promise<Uint8Array | undefined>;
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
  const load = async (name: string): Promise<Uint8Array | undefined> => {
    // Non-blocking: a named pipe in the directory must not hang the open.
    const file = await open(join(directory, name), constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > largestFileBytes) return undefined;
      const version = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
      const cached = cache.get(name);
      if (cached?.version === version) return cached.bytes;
      const bytes = await file.readFile();
      cache.set(name, { version, bytes });
      return bytes;
    } finally {
      await file.close();
    }
  };
  return {
    async read(name) {
      if (!lentNames.has(name) && !extra.has(name)) return undefined;
      const alternative = alternatives.get(name);
      return (await load(name)) ?? (alternative === undefined ? undefined : load(alternative));
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
