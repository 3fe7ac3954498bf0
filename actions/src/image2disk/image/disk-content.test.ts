// What is read of a raw image's first sectors, of disks that sfdisk and mkfs made.
import assert from "node:assert/strict";
import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { contentBytes, type DiskContent, readDiskContent } from "./disk-content.ts";

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "disk-content-"));
});
after(() => rm(dir, { recursive: true }));

async function contentOf(make: (file: string) => Promise<unknown>): Promise<DiskContent> {
  const file = join(dir, "disk");
  await writeFile(file, "");
  await truncate(file, 64 * 2 ** 20);
  await make(file);
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(contentBytes), 0, contentBytes, 0);
  await handle.close();
  return readDiskContent(buffer);
}
const partitioned = (script: string) => (file: string) => runProgram(["sfdisk", "--quiet", file], { input: script });
const withCode = (make: (file: string) => Promise<unknown>) => async (file: string) => {
  await make(file);
  const handle = await open(file, "r+");
  await handle.write(Buffer.from([0xeb, 0x63]), 0, 2, 0);
  await handle.close();
};
const gpt = "label: gpt\nsize=1MiB,type=21686148-6449-6E6F-744E-656564454649\nsize=8MiB,type=U\nsize=16MiB,type=L\n";

test("a GPT with an EFI system partition and a BIOS boot partition starts on both", async () => {
  const mebibyte = 2 ** 20;
  assert.deepEqual(await contentOf(withCode(partitioned(gpt))), {
    table: "GPT",
    fileSystem: undefined,
    partitions: [
      { number: 1, type: "BIOS boot", offsetBytes: mebibyte, sizeBytes: mebibyte },
      { number: 2, type: "EFI system", offsetBytes: 2 * mebibyte, sizeBytes: 8 * mebibyte },
      { number: 3, type: "Linux", offsetBytes: 10 * mebibyte, sizeBytes: 16 * mebibyte },
    ],
    leastBytes: 64 * mebibyte,
    firmware: ["BIOS", "UEFI"],
  });
});

const disks: readonly [what: string, make: (file: string) => Promise<unknown>, Partial<DiskContent>][] = [
  ["a GPT without boot code", partitioned(gpt), { table: "GPT", firmware: ["UEFI"] }],
  ["an MBR with boot code", withCode(partitioned("label: dos\ntype=83\n")), { table: "MBR", firmware: ["BIOS"] }],
  ["an MBR with nothing that starts", partitioned("label: dos\ntype=83\n"), { table: "MBR", firmware: [] }],
  ["ext4 alone", (file) => runProgram(["mkfs.ext4", "-q", file]), { table: "none", fileSystem: "ext4", firmware: [] }],
  ["zeros", async () => undefined, { table: "none", fileSystem: undefined, partitions: [], firmware: [] }],
];
for (const [what, make, expected] of disks)
  test(`${what} is told`, async () => {
    assert.partialDeepStrictEqual(await contentOf(make), expected);
  });

test("a table that covers whatever disk it is on says nothing of how long that is", () => {
  const bytes = Buffer.alloc(contentBytes);
  bytes.writeUInt16LE(0xaa55, 510);
  bytes[446 + 4] = 0xee;
  bytes.writeUInt32LE(1, 446 + 8);
  bytes.writeUInt32LE(0xffffffff, 446 + 12);
  // As of a GPT for sectors of 4096 bytes, whose header is not at 512.
  assert.partialDeepStrictEqual(readDiskContent(bytes), { table: "MBR", leastBytes: 0 });
});

test("a table that lies about its entries is read without a fault", () => {
  const bytes = Buffer.alloc(2048, 0xff);
  bytes.writeUInt16LE(0xaa55, 510);
  bytes.write("EFI PART", 512, "latin1");
  assert.deepEqual(readDiskContent(bytes).partitions, []);
  assert.deepEqual(readDiskContent(bytes.subarray(0, 520)).partitions, []);
});
