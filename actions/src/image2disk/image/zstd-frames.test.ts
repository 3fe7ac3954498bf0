import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { constants, zstdCompressSync } from "node:zlib";
import { memoryLack } from "./decompress.ts";
import { ZstdFrames } from "./zstd-frames.ts";

const checksummed = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
// Stored, compressed and run-length blocks, several of each.
const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(600_000), Buffer.from("text ".repeat(50_000))]);
const frame = zstdCompressSync(content, checksummed);
const skippable = Buffer.from("5a2a4d1803000000aabbcc", "hex");

function follow(bytes: Uint8Array, step = bytes.length): ZstdFrames {
  const frames = new ZstdFrames();
  for (let at = 0; at < bytes.length; at += Math.max(step, 1)) frames.push(bytes.subarray(at, at + step));
  return frames;
}

for (const [name, bytes] of [
  ["one frame with a checksum", frame],
  ["one frame without", zstdCompressSync(content)],
  ["a frame of nothing", zstdCompressSync(Buffer.alloc(0))],
  ["a frame of 300 bytes", zstdCompressSync(randomBytes(300))],
  ["two frames", Buffer.concat([frame, frame])],
  ["skippable frames around", Buffer.concat([skippable, frame, skippable])],
] as const)
  for (const step of [1, 7, 1 << 20])
    test(`${name}, in pieces of ${step} bytes, is whole`, () => {
      assert.equal(follow(bytes, step).end(), undefined);
    });

test("every cut through two frames is noticed, except the one between them", () => {
  const small = zstdCompressSync(randomBytes(500), checksummed);
  const two = Buffer.concat([small, skippable, small]);
  const unnoticed = [...two.keys()].filter((length) => follow(two.subarray(0, length)).end() === undefined);
  assert.deepEqual(unnoticed, [small.length, small.length + skippable.length]);
});

test("what follows a frame and is none is named", () => {
  assert.match(follow(Buffer.concat([frame, Buffer.from("<html>")])).end() ?? "", /0x6d74683c follows the last zstd/);
});

test("what a frame needs is its content, or its window where that is less or nothing is said of the content", () => {
  const sizes = [0, 200, 300, 70_000].map((size) => follow(zstdCompressSync(Buffer.alloc(size, 1))).neededBytes);
  assert.deepEqual(sizes, [0, 200, 300, 70_000]);
  // `zstd -l -v` calls the window of this one 2.00 GiB.
  const long = readFileSync(join(import.meta.dirname, "../../../fixtures/long31.img.zst"));
  assert.equal(follow(long).neededBytes, 2 ** 31);
});

test("a frame that wants more memory than there is is refused with both figures, and a usual one never", () => {
  assert.equal(memoryLack(2 ** 31, 2 ** 31), undefined);
  assert.match(memoryLack(2 ** 31, 2 ** 29) ?? "", /sound.*2048 MiB of memory.*512 MiB are free\. Compress/);
  assert.equal(memoryLack(2 ** 27, 2 ** 20), undefined);
});

test("random bytes never throw", () => {
  for (let round = 0; round < 2000; round += 1)
    follow(Buffer.concat([Buffer.from("28b52ffd", "hex"), randomBytes(round % 64)]), 5).end();
});
