// tink image inspect and convert, on images that qemu-img made.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { startCli } from "../testing/cli-bench.ts";

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
  await writeFile(at("page"), "<!doctype html><html>Not found</html>");
  await writeFile(at("empty"), "");
});
after(() => rm(dir, { recursive: true }));

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
  ["backed", 1, /a part of this disk is in another file, which it names/],
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
