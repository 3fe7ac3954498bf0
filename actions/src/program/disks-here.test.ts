import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { disksHere, sayDevices } from "./disks-here.ts";

const disk = (name: string, sizeBytes: number) => ({ name, sizeBytes, isPartition: false });
const partition = (name: string, sizeBytes: number) => ({ name, sizeBytes, isPartition: true });
const machine = [
  disk("nvme0n1", 512_110_190_592),
  partition("nvme0n1p1", 1e8),
  partition("nvme0n1p2", 5e11),
  disk("sda", 4e12),
];

test("disks are named with their sizes, as their makers count", () => {
  assert.equal(sayDevices("disks", machine), "This machine has /dev/nvme0n1 (512 GB), /dev/sda (4 TB)");
});

test("partitions are named, and a disk that has none", () => {
  const says = "This machine has /dev/nvme0n1p1 (100 MB), /dev/nvme0n1p2 (500 GB), /dev/sda (4 TB)";
  assert.equal(sayDevices("partitions", machine), says);
});

test("a slot without a card is no disk, and a machine may have none at all", () => {
  assert.match(sayDevices("disks", [disk("sdb", 0)]), /^This machine has no disk that its kernel knows\. Check/);
});

test("of very many disks the first are named, in the order that people count in", () => {
  const many = Array.from({ length: 30 }, (_, at) => disk(`nvme${29 - at}n1`, 1e9));
  const says = sayDevices("disks", many);
  assert.match(says, /has \/dev\/nvme0n1 \(1 GB\), \/dev\/nvme1n1 .*nvme15n1 \(1 GB\) and 14 more$/);
});

test("what the kernel lists is read, without loop devices and CDs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "disks-here-"));
  for (const name of ["loop0", "sr0", "vda", "vda1"]) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "size"), "2000000\n");
  }
  await writeFile(join(folder, "vda1", "partition"), "1\n");
  assert.equal(await disksHere("disks", folder), "This machine has /dev/vda (1.02 GB)");
  assert.equal(await disksHere("partitions", folder), "This machine has /dev/vda1 (1.02 GB)");
  await rm(folder, { recursive: true });
  assert.match(await disksHere("disks", folder), /cannot be told/);
});
