// Builds the disk image of the demo: a small Debian that boots on BIOS and UEFI and asks the metadata service who it is.
import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { readSuites } from "./archive/debian-archive.ts";
import { makeWorkFolder } from "./artifacts/work-folder.ts";
import type { BuildProgress } from "./build-hook.ts";
import { assembleDisk } from "./image/assemble-disk.ts";
import { installDebian } from "./image/install-debian.ts";
import { requireSubordinateIds } from "./image/subordinate-ids.ts";
import { sha256OfFile } from "./initramfs/pack.ts";

export type BuildImageOptions = {
  /** Gets `debian.raw` and `debian.raw.zst`; made when missing. */
  readonly outDir: string;
  readonly signal?: AbortSignal;
  readonly progress?: BuildProgress;
};

/** Sizes in bytes. `sha256` is of the compressed file, as image2disk checks it. */
export type ImageFacts = { readonly rawBytes: number; readonly compressedBytes: number; readonly sha256: string };

const imageFile = "debian.raw";
const compressedImageFile = "debian.raw.zst";
const timeSeconds = 1_767_225_600;

/**
 * Works as root, and as an ordinary user who has the package uidmap and ids in /etc/subuid.
 * @throws {ProgramError} When a program fails or is missing (`imagePackages` lists what they are in).
 * @throws {HookError} `no-subordinate-ids` when an ordinary user has none.
 */
export async function buildImage(options: BuildImageOptions): Promise<ImageFacts> {
  if (process.getuid?.() !== 0) await requireSubordinateIds();
  const { outDir, signal } = options;
  const progress = options.progress ?? (() => undefined);
  const work = await makeWorkFolder(tmpdir(), "neverland-image");
  try {
    // An ordinary user's mmdebstrap and mkfs run under other user ids, and write here too.
    await chmod(work, 0o1777);
    await mkdir(outDir, { recursive: true });
    progress("image", "installing Debian");
    const suites = await readSuites(join(work, "apt"), signal);
    const rootTar = await installDebian(work, suites, timeSeconds, signal);
    progress("image", "assembling the disk");
    const raw = join(outDir, imageFile);
    await assembleDisk(rootTar, raw, { work, timeSeconds, ...(signal ? { signal } : {}) });
    progress("image", "compressing");
    const compressed = join(outDir, compressedImageFile);
    // Level 9 is where time spent stops to pay in size; reading takes the same time at every level.
    await runProgram(["zstd", "-q", "-f", "-9", "-T0", raw, "-o", compressed], signal ? { signal } : {});
    return {
      rawBytes: (await stat(raw)).size,
      compressedBytes: (await stat(compressed)).size,
      sha256: await sha256OfFile(compressed),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
