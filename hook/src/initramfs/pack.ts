// Packs the root into a squashfs, and that with what mounts it into the archive that a boot loader hands to the kernel.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { runProgram } from "@neverland/debian";
import { type CpioEntry, writeCpio } from "./cpio.ts";

const initScript = join(import.meta.dirname, "../../initramfs/init");
const folders = ["bin", "dev", "proc", "sys", "lower", "upper", "new", "modules", "sbin"] as const;
/** The applets that the first script calls. */
const applets = ["sh", "mount", "mkdir", "insmod", "switch_root", "sleep", "reboot"] as const;

/**
 * Compresses `root` with zstd, at the level beyond which a smaller file is not worth the time. Owner, times and order do not depend on who packs or when.
 * @param timeSeconds Time of every file, in seconds since 1970.
 */
export async function packSquashfs(
  root: string,
  file: string,
  timeSeconds: number,
  signal?: AbortSignal,
): Promise<void> {
  const time = String(timeSeconds);
  // Small blocks: a program's start touches pages all over Node, and each touch unpacks a whole block.
  const compression = ["-comp", "zstd", "-Xcompression-level", "17", "-b", "64K"];
  const sameBytes = ["-all-root", "-mkfs-time", time, "-all-time", time, "-root-mode", "755", "-no-xattrs"];
  const quiet = ["-noappend", "-no-progress", "-quiet"];
  const { SOURCE_DATE_EPOCH: _, ...env } = process.env;
  await runProgram(["mksquashfs", root, file, ...compression, ...sameBytes, ...quiet], {
    env,
    ...(signal ? { signal } : {}),
  });
}

/**
 * Writes the initramfs: uncompressed, because what is large in it is compressed already.
 * @param modules Kernel modules to load before the squashfs can be mounted, in that order.
 */
export async function packInitramfs(
  parts: { readonly busybox: string; readonly squashfs: string; readonly modules: readonly string[] },
  file: string,
  timeSeconds: number,
): Promise<void> {
  const modules = parts.modules.map((path, index) => ({ name: `${String(index).padStart(2, "0")}.ko`, path }));
  const entries: CpioEntry[] = [
    ...folders.map((path): CpioEntry => ({ kind: "directory", path, mode: 0o755 })),
    // Without it the kernel has nowhere to print what goes wrong before /dev is mounted.
    { kind: "character-device", path: "dev/console", mode: 0o600, major: 5, minor: 1 },
    { kind: "file", path: "init", mode: 0o755, content: await readFile(initScript) },
    { kind: "file", path: "bin/busybox", mode: 0o755, content: await readFile(parts.busybox) },
    ...applets.map((applet): CpioEntry => ({ kind: "link", path: `bin/${applet}`, target: "busybox" })),
    {
      kind: "file",
      path: "modules/order",
      mode: 0o644,
      content: Buffer.from(modules.map((m) => `${m.name}\n`).join("")),
    },
  ];
  for (const { name, path } of modules)
    entries.push({ kind: "file", path: `modules/${name}`, mode: 0o644, content: await readFile(path) });
  entries.push({ kind: "file", path: "root.sqfs", mode: 0o644, content: await readFile(parts.squashfs) });
  await pipeline(Readable.from(writeCpio(entries, timeSeconds)), createWriteStream(file));
}

/** @returns 64 lower-case hex digits. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
