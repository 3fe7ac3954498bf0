// The disk to write to: refused when it is no disk or when anything uses it.
import { constants } from "node:fs";
import { type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ActionError } from "../../program/action-error.ts";
import { disksHere } from "../../program/disks-here.ts";

export type Target = {
  readonly path: string;
  readonly handle: FileHandle;
  /** The same past the page cache, where that can be done: without a second copy of the image in memory, and several times quicker. */
  readonly direct: FileHandle | undefined;
  /** Infinity for an empty regular file, which grows as needed. */
  readonly capacityBytes: number;
  /** An empty file reads as zeros wherever nothing was written. */
  readonly isBlank: boolean;
  /** `/sys/dev/block/8:0`, for a block device. */
  readonly sysfs: string | undefined;
};

const sectorBytes = 512; // what /sys counts in, whatever the disk's own sectors are

/** @throws {ActionError} `disk`, with the reason. Nothing was changed then. */
export async function openTarget(path: string, mayWriteFile: boolean): Promise<Target> {
  const stats = await stat(path).catch(async (cause: unknown) => {
    throw new ActionError("disk", `DEST_DISK ${path} cannot be found. ${await disksHere("disks")}`, { cause });
  });
  if (stats.isFile() && mayWriteFile) {
    const handle = await open(path, "r+");
    const isBlank = stats.size === 0;
    const capacityBytes = isBlank ? Number.POSITIVE_INFINITY : stats.size;
    return { path, handle, direct: await openDirectly(path), isBlank, sysfs: undefined, capacityBytes };
  }
  if (!stats.isBlockDevice())
    throw new ActionError(
      "disk",
      `DEST_DISK ${path} is not a block device, and nothing else is ever written to. ${await disksHere("disks")}`,
    );
  const sysfs = `/sys/dev/block/${majorOf(stats.rdev)}:${minorOf(stats.rdev)}`;
  const sectors = Number(await readFile(join(sysfs, "size"), "utf8"));
  return {
    path,
    sysfs,
    isBlank: false,
    capacityBytes: sectors * sectorBytes,
    handle: await openExclusively(path, sysfs),
    direct: await openDirectly(path),
  };
}

export async function closeTarget({ handle, direct }: Target): Promise<void> {
  await direct?.close();
  await handle.close();
}

async function openDirectly(path: string): Promise<FileHandle | undefined> {
  return await open(path, constants.O_RDWR | constants.O_DIRECT).catch(() => undefined);
}

/** O_EXCL on a block device: refused while it, or a partition of it, is mounted or held by anything, in any namespace. */
async function openExclusively(path: string, sysfs: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR | constants.O_EXCL);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EBUSY")
      throw new ActionError("disk", `${path} could not be opened for writing`, { cause });
    const holders = await readdir(join(sysfs, "holders")).catch(() => []);
    const who = holders.length > 0 ? ` by ${holders.join(", ")}` : "";
    const sentence = `${path} is in use${who}: it, or a partition of it, is mounted or part of a RAID or volume group`;
    throw new ActionError("disk", `${sentence}. Nothing was written. Free it first`);
  }
}

// Linux's encoding of device numbers in stat(2).
const majorOf = (rdev: number): number => (rdev >>> 8) & 0xfff;
const minorOf = (rdev: number): number => (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
