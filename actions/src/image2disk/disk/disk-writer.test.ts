import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type DiskPort, DiskWriter } from "./disk-writer.ts";

const MiB = 1 << 20;

type FakeDisk = DiskPort & { readonly content: Buffer; readonly cleared: (readonly [number, number])[] };

/** A disk full of old data, which clears quickly or not at all. */
function usedDisk(sizeBytes: number, canClear: boolean): FakeDisk {
  const content = Buffer.alloc(sizeBytes, 0xee);
  const cleared: (readonly [number, number])[] = [];
  return {
    path: "/dev/old",
    capacityBytes: sizeBytes,
    isBlank: false,
    content,
    cleared,
    async write(bytes, offset) {
      await Promise.resolve();
      content.set(bytes, offset);
    },
    async clear(offset, lengthBytes) {
      await Promise.resolve();
      cleared.push([offset, lengthBytes]);
      if (canClear) content.fill(0, offset, offset + lengthBytes);
      return canClear;
    },
  };
}

async function writeAll(disk: DiskPort, image: Buffer, chunkBytes: number): Promise<DiskWriter> {
  const writer = new DiskWriter(disk);
  for (let at = 0; at < image.length; at += chunkBytes)
    await writer.write(new Uint8Array(image.subarray(at, at + chunkBytes)));
  await writer.end();
  return writer;
}

/** Data, 20 MiB of zeros, data, short zeros, data that ends in the middle of a block. */
const image = Buffer.concat([
  randomBytes(3 * MiB + 17),
  Buffer.alloc(20 * MiB),
  randomBytes(5 * MiB),
  Buffer.alloc(300_000),
  randomBytes(1001),
]);

for (const canClear of [true, false])
  for (const chunkBytes of [70_001, MiB, 64 * MiB])
    test(`a used disk that ${canClear ? "clears" : "cannot clear"} has the image in pieces of ${chunkBytes} exactly, and its own bytes after it`, async () => {
      const disk = usedDisk(image.length + MiB, canClear);
      await writeAll(disk, image, chunkBytes);
      assert.ok(disk.content.subarray(0, image.length).equals(image));
      assert.ok(disk.content.subarray(image.length).equals(Buffer.alloc(MiB, 0xee)));
    });

test("a long run of zeros is cleared with one call, over the borders of buffers", async () => {
  const disk = usedDisk(image.length, true);
  const { skippedBytes } = await writeAll(disk, image, MiB);
  assert.equal(disk.cleared.length, 1);
  assert.ok(skippedBytes > 19 * MiB && skippedBytes <= 20 * MiB);
});

test("a disk that cannot clear is asked once", async () => {
  const zeros = Buffer.concat([Buffer.alloc(16 * MiB), randomBytes(MiB), Buffer.alloc(16 * MiB)]);
  const disk = usedDisk(zeros.length, false);
  await writeAll(disk, zeros, MiB);
  assert.equal(disk.cleared.length <= 2, true);
  assert.ok(disk.content.equals(zeros));
});

test("on a blank disk zeros are not written at all", async () => {
  const offsets: number[] = [];
  const disk: DiskPort = {
    ...usedDisk(image.length, true),
    isBlank: true,
    write: async (_bytes, offset) => void offsets.push(offset),
    clear: () => assert.fail("a blank disk was cleared"),
  };
  const { skippedBytes } = await writeAll(disk, image, MiB);
  assert.ok(skippedBytes > 19 * MiB);
  assert.deepEqual(
    offsets.filter((offset) => offset > 4 * MiB && offset < 22 * MiB),
    [],
  );
});

test("an image that does not fit names both sizes before the disk's end is passed", async () => {
  const disk = usedDisk(2 * MiB, true);
  await assert.rejects(writeAll(disk, randomBytes(3 * MiB), MiB), {
    code: "disk",
    message: "/dev/old has 2097152 bytes, but the image is larger. Use a larger disk",
  });
});

test("a disk that fails stops the writing with its fault", async () => {
  const disk: DiskPort = { ...usedDisk(64 * MiB, true), write: () => Promise.reject(new Error("EIO at 0")) };
  await assert.rejects(writeAll(disk, randomBytes(40 * MiB), MiB), /EIO at 0/);
});
