// tink image inspect and convert, on images that qemu-img made.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { startCli } from "../../testing/cli-bench.ts";

let dir: string;
const at = (name: string): string => join(dir, name);
const cli = (...args: readonly string[]) => startCli(["image", ...args], { PATH: process.env.PATH }).ended;
/** qemu-img's own names. */
const containers = ["qcow2", "vmdk", "vpc", "vhdx", "vdi", "qed", "parallels"] as const;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-image-"));
  await writeFile(at("raw"), "");
  await truncate(at("raw"), 8 * 2 ** 20);
  await runProgram(["sfdisk", "--quiet", at("raw")], { input: "label: gpt\nsize=2MiB,type=U\nsize=1MiB,type=L\n" });
  const geometry = ["-o", "force_size=on"];
  for (const format of containers)
    await runProgram([
      "qemu-img",
      "convert",
      ...(format === "vpc" ? geometry : []),
      "-O",
      format,
      at("raw"),
      at(format),
    ]);
  await runProgram(["xz", "-k", at("qcow2")]);
  await runProgram(["gzip", "-k", at("raw")]);
  await runProgram(["sh", "-c", `gzip -c ${at("raw.gz")} > ${at("raw.gz.again")}`]);
  await runProgram(["tar", "-C", dir, "-cf", at("tar"), "raw"]);
  await runProgram(["lz4", "-q", at("raw"), at("raw.lz4")]);
  await writeFile(at("secret"), "of this computer");
  await runProgram(["qemu-img", "create", "-q", "-f", "qcow2", "-b", at("secret"), "-F", "raw", at("backed")]);
  await makeParts();
  await writeFile(at("SHA256SUMS"), `${"0".repeat(64)}  debian-12-generic-amd64.qcow2\n`.repeat(20));
  await writeFile(at("umlauts.conf"), "# Schlüssel für die Tür\n".repeat(40));
  await writeFile(at("page"), "<!doctype html><html>Not found</html>");
  await writeFile(at("empty"), "");
});
after(() => rm(dir, { recursive: true }));

/** Images that read other files: each is made so that it would, by a qemu-img that is asked to. */
async function makeParts(): Promise<void> {
  const description = (extents: string, type = "monolithicFlat") =>
    `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="${type}"\n${extents}\n`;
  const embedded = (text: string): Buffer => {
    const file = Buffer.alloc(64 * 1024);
    file.write("KDMV");
    file.writeUInt32LE(1, 4);
    // Where the description is, in sectors, and how long; no capacity.
    file.writeBigUInt64LE(1n, 28);
    file.writeBigUInt64LE(20n, 36);
    file.write(text, 512);
    return file;
  };
  await writeFile(at("secret.disk"), "of this computer".repeat(1024));
  await writeFile(at("vmdk.embedded"), embedded(description(`RW 32 FLAT "${at("secret.disk")}" 0`)));
  await writeFile(at("vmdk.vmfs"), embedded(description(`RW 32 VMFS "${at("secret.disk")}"`, "vmfs")));
  await writeFile(at("vmdk.zero"), embedded(description(`RW 32 ZERO`, "custom")));
  for (const type of ["monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"])
    await runProgram(["qemu-img", "convert", "-O", "vmdk", "-o", `subformat=${type}`, at("raw"), at(type)]);
  await runProgram(["qemu-img", "create", "-q", "-f", "vmdk", "-b", at("vmdk"), "-F", "vmdk", at("vmdk.backed")]);
  await runProgram(["qemu-img", "create", "-q", "-f", "qed", "-b", at("qed"), "-F", "qed", at("qed.backed")]);
  const dataFile = ["-o", `data_file=${at("data")}`];
  await runProgram(["qemu-img", "create", "-q", "-f", "qcow2", ...dataFile, at("qcow2.data"), "1M"]);
  const changed = async (from: string, name: string, change: (bytes: Buffer) => unknown): Promise<void> => {
    const bytes = await readFile(at(from));
    change(bytes);
    await writeFile(at(name), bytes);
  };
  await changed("vdi", "vdi.child", (bytes) => bytes.fill(7, 424, 440));
  await changed("vpc", "vpc.child", (bytes) => bytes.writeUInt32BE(4, 60));
}
const parts = [
  ...["vmdk.embedded", "vmdk.vmfs", "vmdk.zero", "vmdk.backed", "monolithicFlat", "twoGbMaxExtentSparse"],
  ...["twoGbMaxExtentFlat", "backed", "qed.backed", "qcow2.data", "vdi.child", "vpc.child"],
];
for (const file of parts)
  test(`${file} is not converted: it is not the whole disk`, async () => {
    const before = await readdir(dir);
    const { code, stderr } = await cli("convert", at(file), at("result"));
    assert.equal(code, 1);
    assert.match(stderr, /^tink: Nothing was converted: a part of this disk is in another file, which it names/m);
    assert.deepEqual(await readdir(dir), before);
  });
for (const file of parts.filter((name) => name !== "vmdk.backed"))
  test(`nobody is told to convert ${file}`, async () => {
    const { stdout } = await cli("inspect", at(file));
    assert.match(stdout, /a part of this disk is in another file/);
    assert.doesNotMatch(stdout, /tink image convert/);
  });

for (const extension of ["qcow2", "vmdk", "vhdx", "bz2", "lz4", "QCOW2", "tar"])
  test(`.${extension} is not written, and what is is said`, async () => {
    const before = await readdir(dir);
    const { code, stderr } = await cli("convert", at("qcow2"), at(`x.${extension}`));
    assert.equal(code, 2);
    assert.match(stderr, /is not written; what can be is raw .*\.zst.*\.gz.*\.xz/);
    assert.deepEqual(await readdir(dir), before);
  });

test("a folder that is not there is said in a sentence", async () => {
  const { code, stderr } = await cli("convert", at("qcow2"), join(at("nowhere"), "x.raw"));
  assert.equal(code, 2);
  assert.match(stderr, /^tink: \S+x\.raw cannot be written: ENOENT[^\n]*\n$/);
});

test("a raw image is told with its table, its partitions, and what starts it", async () => {
  const { stdout } = await cli("inspect", at("raw.gz"));
  assert.equal(
    stdout,
    `${at("raw.gz")}
  it is        a raw disk image, inside gzip
  table        GPT
    1          EFI system, 2 MiB
    2          Linux, 1 MiB
  boots on     UEFI
  image2disk   writes it, with COMPRESSED: true
`,
  );
});

const told: readonly [file: string, says: RegExp][] = [
  [
    "qcow2.xz",
    /a qcow2 file, inside xz\n {2}virtual size 8 MiB\n.*does not write it\n.*tink image convert \S+qcow2\.xz OUT/,
  ],
  ["vmdk", /a VMDK file\n {2}virtual size 8 MiB\n/],
  ["vpc", /a VHD file that grows\n {2}virtual size 8 MiB\n/],
  ["vdi", /a VDI file\n {2}virtual size 8 MiB\n/],
  ["vhdx", /a VHDX file\n.*does not write it\n/],
  ["raw.gz.again", /a raw disk image, inside gzip, inside gzip\n[\s\S]*does not: it is compressed twice/],
  ["raw.lz4", /compressed by lz4\n.*does not write it\n.*Compress it by/],
  ["tar", /a tar archive\n.*does not write it\n.*Take the disk image out/],
  ["page", /text: ".*Not found/],
  ["SHA256SUMS", /text: "0000/],
  ["umlauts.conf", /text: "# Schl/],
];
for (const [file, says] of told)
  test(`${file} is told by name, with what to do`, async () => {
    const { code, stdout } = await cli("inspect", at(file));
    assert.equal(code, 0);
    assert.match(stdout, says);
  });

test("an image on a web server is told by its beginning; a missing one is a sentence", async (t) => {
  const server = createServer((request, response) => {
    if (request.url === "/none") response.writeHead(404).end();
    else createReadStream(at("qcow2")).pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.match((await cli("inspect", `${url}/disk.img`)).stdout, /it is {8}a qcow2 file\n/);
  const { code, stderr } = await cli("inspect", `${url}/none`);
  assert.deepEqual([code, stderr], [69, `tink: ${url}/none cannot be read: the server answered 404 Not Found\n`]);
});

describe("converted to a raw image", () => {
  for (const format of [...containers, "qcow2.xz", "raw.gz"])
    test(`${format} has the disk's own bytes`, async () => {
      const out = at(`${format}.converted`);
      const { code, stderr } = await cli("convert", at(format), out);
      assert.equal(code, 0, stderr);
      await runProgram(["cmp", out, at("raw")]);
    });

  for (const [extension, program] of [
    ["zst", "zstd"],
    ["gz", "gzip"],
    ["xz", "xz"],
  ] as const)
    test(`it is compressed by its name, .${extension}`, async () => {
      const out = at(`packed.${extension}`);
      assert.equal((await cli("convert", at("qcow2"), out)).code, 0);
      await runProgram(["sh", "-c", `${program} -dc ${out} | cmp - ${at("raw")}`]);
    });
});

const refused: readonly [file: string, code: number, says: RegExp][] = [
  ["SHA256SUMS", 1, /it is text: "0000/],
  ["tar", 1, /it is a tar archive, no disk\. Take the disk image out/],
  ["page", 1, /it is text: .*Not found/],
  ["raw.lz4", 1, /it is compressed by lz4, no disk/],
  ["empty", 1, /it is empty/],
  ["none", 2, /none cannot be read: ENOENT/],
];
for (const [file, code, says] of refused)
  test(`${file} is not converted, and leaves nothing`, async () => {
    const before = await readdir(dir);
    const run = await cli("convert", at(file), at("result"));
    assert.match(run.stderr, says);
    assert.equal(run.code, code);
    assert.deepEqual(await readdir(dir), before);
  });
