// The disks and partitions that this machine has, in words, for sentences about one that it has not.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Such as `sda` or `nvme0n1p1`. */
export type BlockDevice = { readonly name: string; readonly sizeBytes: number; readonly isPartition: boolean };

const mostNamed = 16;
const sectorBytes = 512; // what /sys counts in, whatever the disk's own sectors are
/** Made of files and memory, or without room of their own. */
const isNoDisk = /^(loop|ram|zram|nbd|sr|fd)\d/;
const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** One sentence without its full stop: `This machine has /dev/sda (500 GB)`. @param sysClassBlock The folder that the kernel lists them in. */
export async function disksHere(what: "disks" | "partitions", sysClassBlock = "/sys/class/block"): Promise<string> {
  const names = await readdir(sysClassBlock).catch(() => undefined);
  if (names === undefined) return `Which disks this machine has cannot be told, as ${sysClassBlock} cannot be read`;
  const devices = await Promise.all(
    names.filter((name) => !isNoDisk.test(name)).map((name) => look(sysClassBlock, name)),
  );
  return sayDevices(what, devices);
}

/** @param what Disks alone, or the partitions; of a disk without partitions the disk, since a file system may be on it as it is. */
export function sayDevices(what: "disks" | "partitions", devices: readonly BlockDevice[]): string {
  const withRoom = devices.filter(({ sizeBytes }) => sizeBytes > 0);
  const split = (disk: string) => withRoom.some(({ name, isPartition }) => isPartition && name.startsWith(disk));
  const fits = withRoom.filter(({ name, isPartition }) =>
    what === "disks" ? !isPartition : isPartition || !split(name),
  );
  if (fits.length === 0)
    return `This machine has no disk that its kernel knows. Check that the disk is plugged in, and its controller's mode`;
  const said = fits
    .toSorted((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }))
    .map(({ name, sizeBytes }) => `/dev/${name} (${sizeInWords(sizeBytes)})`);
  const more = said.length > mostNamed ? ` and ${said.length - mostNamed} more` : "";
  return `This machine has ${said.slice(0, mostNamed).join(", ")}${more}`;
}

async function look(folder: string, name: string): Promise<BlockDevice> {
  const read = (file: string) => readFile(join(folder, name, file), "utf8").catch(() => undefined);
  const [size, partition] = [await read("size"), await read("partition")];
  return { name, sizeBytes: Number(size ?? 0) * sectorBytes, isPartition: partition !== undefined };
}

/** As makers of disks count, by thousands. */
function sizeInWords(sizeBytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(sizeBytes) / 3));
  return `${Number((sizeBytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
