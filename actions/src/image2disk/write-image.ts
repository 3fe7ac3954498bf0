// From a URL to a disk: download, check, decompress, write, make durable.
import type { Hash } from "node:crypto";
import { runProgram } from "@neverland/debian";
import { ActionError } from "../program/action-error.ts";
import type { ActionLog } from "../program/action-log.ts";
import { type DiskPort, DiskWriter, tooSmall } from "./disk/disk-writer.ts";
import { pageBytes } from "./disk/page-aligned.ts";
import type { Target } from "./disk/target.ts";
import { Download } from "./download/download.ts";
import { usualRule } from "./download/retry-rule.ts";
import { decideCompression, mustBeDisk } from "./image/compression.ts";
import { decompress } from "./image/decompress.ts";
import { contentBytes, hasBootSector, readDiskContent } from "./image/disk-content.ts";
import { Peeked } from "./image/peeked.ts";
import { describeProgress, type ProgressSample } from "./progress.ts";
import type { Settings } from "./settings.ts";

type Deps = { readonly log: ActionLog; readonly signal: AbortSignal; readonly nowMs: () => number };

export type Written = { readonly bytes: number; readonly skippedBytes: number };

/** So often is a file that changes on the server fetched anew. */
const maxRestarts = 3;
const sectorBytes = 512;

/**
 * Makes the first bytes of `target` those of the image, and waits until they are on the disk.
 * @throws {ActionError} `download`, `changed`, `corrupt` or `disk`; the disk may hold a part of the image then.
 */
export async function writeImage(settings: Settings, target: Target, deps: Deps): Promise<Written> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await writeOnce(settings, target, deps);
    } catch (error) {
      const isAgain = error instanceof ActionError && error.code === "changed" && restarts < maxRestarts;
      if (!isAgain) throw error;
      deps.log.warn("the download starts again from the first byte", { reason: error.message });
    }
  }
}

async function writeOnce(settings: Settings, target: Target, deps: Deps): Promise<Written> {
  const rule = { ...usualRule, maxMs: settings.retryMs };
  const download = new Download(settings.url, { ...deps, rule });
  const disk = diskPort(target, deps.signal);
  const writer = new DiskWriter(disk);
  const asServed = await checkedBy(settings.sha256);
  const asWritten = await checkedBy(settings.rawSha256);
  const stopProgress = reportProgress(settings.progressMs, download, writer, deps);
  await using served = new Peeked(download.chunks(), sectorBytes);
  try {
    const compression = decideCompression(settings.url, settings.isCompressed, await served.head());
    const imageBytes = compression === "none" ? download.sizeBytes : undefined;
    if (imageBytes !== undefined && imageBytes > disk.capacityBytes) throw tooSmall(disk, imageBytes);
    deps.log.info("writing the image", { disk: target.path, compression, bytes: download.sizeBytes ?? "unknown" });
    await using image = new Peeked(decompress(compression, asServed.tap(served.chunks()), deps.signal), contentBytes);
    const head = await image.head();
    mustBeDisk(settings.url, compression, head);
    const doubt = doubtOf(head);
    if (doubt !== undefined) deps.log.warn(doubt, { disk: target.path });
    for await (const chunk of image.chunks()) {
      asWritten.hash?.update(chunk);
      await writer.write(chunk);
    }
    await writer.end();
    const isWhole = compression !== "none" || download.saysItsEnd;
    tellOfCut(head, writer.takenBytes, isWhole, deps.log);
    asServed.check("IMG_SHA256, the image as served");
    asWritten.check("IMG_RAW_SHA256, the image as written");
  } finally {
    stopProgress();
    await writer.abandon();
  }
  if (writer.takenBytes === 0)
    throw new ActionError("corrupt", "The image is empty: expected a disk image, got 0 bytes");
  await makeDurable(target, writer.takenBytes);
  return { bytes: writer.takenBytes, skippedBytes: writer.skippedBytes };
}

/** It may be meant for a partition, or be made by a program that knows better: so it is written. */
function doubtOf(head: Uint8Array): string | undefined {
  if (head.length === 0 || hasBootSector(head)) return undefined;
  const { fileSystem } = readDiskContent(head);
  const whole = fileSystem === undefined ? "" : `, it is a file system as a whole (${fileSystem})`;
  const what = head.every((byte) => byte === 0) ? ", it begins with nothing but zeros" : whole;
  return `the image has no boot sector or partition table${what}: no firmware starts it from a whole disk`;
}

/**
 * The image may end early because it was cut where it is served, or because its maker left out the zeros at its end.
 * @param isWhole It has all that the server has; else nothing but the table tells.
 * @throws {ActionError} `corrupt`
 */
function tellOfCut(head: Uint8Array, bytes: number, isWhole: boolean, log: ActionLog): void {
  const { leastBytes } = readDiskContent(head);
  if (bytes >= leastBytes) return;
  const said = `the image has ${bytes} bytes, but its partition table is of a disk of at least ${leastBytes}`;
  if (isWhole) {
    log.warn(`${said}: look whether the file on the server is whole`, {});
    return;
  }
  const why = "the server named no length and no end, so its connection may have ended early";
  throw new ActionError("corrupt", `The image is cut short: ${said}, and ${why}. Check the file and the server`);
}

async function makeDurable({ path, handle, isBlank }: Target, sizeBytes: number): Promise<void> {
  try {
    if (isBlank) await handle.truncate(sizeBytes);
    await handle.sync();
  } catch (cause) {
    throw new ActionError("disk", `${path} took the image but could not keep it; the disk may be failing`, { cause });
  }
}

type Check = {
  readonly hash: Hash | undefined;
  tap(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  check(what: string): void;
};

async function checkedBy(expected: string | undefined): Promise<Check> {
  // Loaded only when asked for: it takes Node half as long as its own start.
  const hash = expected === undefined ? undefined : (await import("node:crypto")).createHash("sha256");
  return {
    hash,
    async *tap(chunks) {
      for await (const chunk of chunks) {
        hash?.update(chunk);
        yield chunk;
      }
    },
    check(what) {
      const got = hash?.digest("hex");
      if (got !== expected)
        throw new ActionError("corrupt", `The checksum is wrong (${what}): expected ${expected}, got ${got}`);
    },
  };
}

function diskPort({ path, handle, direct, capacityBytes, isBlank }: Target, signal: AbortSignal): DiskPort {
  let usual = direct ?? handle;
  /** Falls back to the page cache for the end of an image, and on a disk that asks for more than whole pages. */
  const writeSome = async (bytes: Uint8Array, offset: number): Promise<number> => {
    const chosen = bytes.length % pageBytes === 0 ? usual : handle;
    try {
      return (await chosen.write(bytes, 0, bytes.length, offset)).bytesWritten;
    } catch (cause) {
      const isRefused = chosen !== handle && (cause as NodeJS.ErrnoException).code === "EINVAL";
      if (!isRefused) throw new ActionError("disk", `${path} failed at byte ${offset}`, { cause });
      usual = handle;
      return 0;
    }
  };
  return {
    path,
    capacityBytes,
    isBlank,
    async write(bytes, offset) {
      for (let done = 0; done < bytes.length; ) done += await writeSome(bytes.subarray(done), offset + done);
    },
    async clear(offset, lengthBytes) {
      // The kernel refuses rather than write zeros when the disk has no quick way (fallocate(2) on a block device).
      const range = ["--offset", String(offset), "--length", String(lengthBytes)];
      return await runProgram(["fallocate", "--punch-hole", ...range, path], { signal }).then(
        () => true,
        () => false,
      );
    },
  };
}

function reportProgress(intervalMs: number, download: Download, writer: DiskWriter, { log, nowMs }: Deps): () => void {
  const sample = (): ProgressSample => ({
    atMs: nowMs(),
    writtenBytes: writer.takenBytes,
    receivedBytes: download.receivedBytes,
    totalBytes: download.sizeBytes,
  });
  const start = sample();
  let before = start;
  const timer = setInterval(() => {
    const now = sample();
    log.info("progress", describeProgress(start, before, now));
    before = now;
  }, intervalMs);
  return () => clearInterval(timer);
}
