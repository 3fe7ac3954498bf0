// Needs root: block devices are made of files.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { serveImage } from "../../testing/image-server.ts";
import { type Ended, runActionForReal } from "../../testing/run-for-real.ts";

const MiB = 1 << 20;
let dir: string;
let backing: string;
let image: Buffer;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "block-device-"));
  backing = join(dir, "backing");
  image = Buffer.concat([randomBytes(4 * MiB), Buffer.alloc(40 * MiB), randomBytes(MiB + 512)]);
});
after(async () => await rm(dir, { recursive: true }));

/** A loop device over 64 MiB of old data, for as long as `use` takes. */
async function withDisk(use: (device: string) => Promise<void>): Promise<void> {
  await writeFile(backing, Buffer.alloc(64 * MiB, 0xee));
  const device = execFileSync("losetup", ["-f", "-P", "--show", backing], { encoding: "utf8" }).trim();
  try {
    await use(device);
  } finally {
    execFileSync("losetup", ["-d", device]);
  }
}

async function writeTo(device: string): Promise<Ended> {
  await using server = await serveImage({ body: zstdCompressSync(image) });
  const IMG_URL = `http://127.0.0.1:${server.port}/image.zst`;
  return await runActionForReal("image2disk", { IMG_URL, DEST_DISK: device, COMPRESSED: "true" });
}

test("a used disk gets the image exactly, its zeros by clearing and not by writing", async () => {
  await withDisk(async (device) => {
    const ended = await writeTo(device);
    assert.equal(ended.exitCode, 0, ended.stdout);
    assert.ok(Number(ended.lines.at(-1)?.skippedBytes) > 39 * MiB);
  });
  const content = await readFile(backing);
  assert.ok(content.subarray(0, image.length).equals(image));
  assert.ok(content.subarray(image.length).equals(Buffer.alloc(64 * MiB - image.length, 0xee)));
});

test("a disk with a mounted partition is refused and stays as it was", async () => {
  await withDisk(async (device) => {
    // Named to the kernel by hand: the kernel of a test machine need not read partition tables.
    execFileSync("addpart", [device, "1", "2048", "65536"]);
    execFileSync("mkfs.ext4", ["-q", `${device}p1`]);
    const mount = join(dir, "mount");
    await mkdir(mount);
    execFileSync("mount", [`${device}p1`, mount]);
    try {
      const ended = await writeTo(device);
      assert.equal(ended.exitCode, 1);
      assert.match(
        ended.lines.at(-1)?.msg ?? "",
        new RegExp(`${device} is in use: it, or a partition of it, is mounted`),
      );
    } finally {
      execFileSync("umount", [mount]);
    }
    execFileSync("fsck.ext4", ["-fn", `${device}p1`]);
  });
});

test("a disk that is too small for the compressed image ends with both sizes", async () => {
  await truncate(backing, 0);
  await truncate(backing, 2 * MiB);
  const device = execFileSync("losetup", ["-f", "--show", backing], { encoding: "utf8" }).trim();
  try {
    const ended = await writeTo(device);
    assert.equal(ended.exitCode, 1);
    assert.match(ended.lines.at(-1)?.msg ?? "", /has 2097152 bytes, but the image is larger\. Use a larger disk/);
  } finally {
    execFileSync("losetup", ["-d", device]);
  }
});
