import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type Behaviour, serveImage } from "../testing/image-server.ts";
import { type Ended, runActionForReal, startAction } from "../testing/run-for-real.ts";

const MiB = 1 << 20;
const image = Buffer.concat([randomBytes(3 * MiB), Buffer.alloc(12 * MiB), randomBytes(2 * MiB + 512)]);
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const compress = (program: string): Buffer =>
  execFileSync(program, ["-c"], { input: image, maxBuffer: image.length * 2 });

let dir: string;
let disk: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "image2disk-"));
  disk = join(dir, "disk");
});
after(async () => await rm(dir, { recursive: true }));

type Run = { readonly behaviour: Behaviour; readonly path: string; readonly environment?: Record<string, string> };
type Outcome = Ended & { readonly requests: readonly { readonly range: string | undefined }[] };

/** Writes over a disk full of old bytes, 1 MiB longer than the image. */
async function run({ behaviour, path, environment = {} }: Run): Promise<Outcome> {
  await writeFile(disk, Buffer.alloc(image.length + MiB, 0xee));
  await using server = await serveImage(behaviour);
  const IMG_URL = `http://127.0.0.1:${server.port}/${path}`;
  const settings = { IMG_URL, DEST_DISK: disk, DEST_ALLOW_FILE: "true", ...environment };
  const ended = await runActionForReal("image2disk", settings);
  return { ...ended, requests: [...server.requests] };
}

async function assertImageOnDisk({ exitCode, stdout, stderr }: Ended): Promise<void> {
  assert.equal(exitCode, 0, stdout + stderr);
  const content = await readFile(disk);
  assert.ok(content.subarray(0, image.length).equals(image), "the disk begins with the image");
  assert.ok(content.subarray(image.length).equals(Buffer.alloc(MiB, 0xee)), "the rest of the disk is as before");
}

function assertFailed({ exitCode, lines }: Ended, message: RegExp): void {
  assert.equal(exitCode, 1);
  const last = lines.at(-1);
  assert.equal(last?.level, "ERROR");
  assert.match(last?.msg ?? "", message);
}

const compressed = { environment: { COMPRESSED: "true" } };

for (const [path, body] of [
  ["image.raw.gz", gzipSync(image)],
  ["image.zst?token=abc.def", zstdCompressSync(image)],
  ["image.xz", compress("xz")],
  ["image.bz2", compress("bzip2")],
  ["two-members.gz", Buffer.concat([gzipSync(image.subarray(0, 5 * MiB)), gzipSync(image.subarray(5 * MiB))])],
  ["two.zst", Buffer.concat([zstdCompressSync(image.subarray(0, 1000)), zstdCompressSync(image.subarray(1000))])],
] as const)
  test(`a used disk has the content of ${path} exactly`, async () => {
    await assertImageOnDisk(await run({ path, behaviour: { body }, ...compressed }));
  });

test("a raw image is written and both its checksums hold", async () => {
  const environment = { IMG_SHA256: sha256(image), IMG_RAW_SHA256: `sha256:${sha256(image).toUpperCase()}` };
  await assertImageOnDisk(await run({ path: "image.raw", behaviour: { body: image }, environment }));
});

for (const name of ["IMG_SHA256", "IMG_RAW_SHA256"])
  test(`a wrong ${name} fails and names both sums`, async () => {
    const environment = { [name]: "0".repeat(64) };
    const ended = await run({ path: "image.raw", behaviour: { body: image }, environment });
    assertFailed(ended, new RegExp(`${name}.*expected 0{64}, got ${sha256(image)}`));
  });

for (const [path, body] of [
  ["image.gz", gzipSync(image)],
  ["image.zst", zstdCompressSync(image)],
  ["image.xz", compress("xz")],
  ["image.bz2", compress("bzip2")],
] as const) {
  test(`${path} that was cut on the server fails`, async () => {
    const cut = body.subarray(0, body.length - 1000);
    assertFailed(await run({ path, behaviour: { body: cut }, ...compressed }), /damaged or cut short: expected/);
  });
  test(`${path} with a flipped byte fails`, async () => {
    const flipped = Buffer.from(body);
    flipped.writeUInt8(flipped.readUInt8(MiB) ^ 0x10, MiB);
    const environment = { ...compressed.environment, IMG_RAW_SHA256: sha256(image) };
    assertFailed(await run({ path, behaviour: { body: flipped }, environment }), /damaged|checksum is wrong/);
  });
}

test("a zstd file cut between header and content of its second frame fails", async () => {
  const body = Buffer.concat([zstdCompressSync(image), zstdCompressSync(image).subarray(0, 3)]);
  assertFailed(await run({ path: "a.zst", behaviour: { body }, ...compressed }), /ends within a frame's magic/);
});

const padded = (head: string, at = 0): Buffer => {
  const bytes = Buffer.alloc(64 << 10);
  bytes.write(head, at, "hex");
  return bytes;
};
const servedPage = Buffer.from(`<!DOCTYPE html>\n<html><title>Sign in</title>${" ".repeat(1000)}</html>`);

/** None of them is a disk, alone or in whatever compression. */
const notDisks: readonly (readonly [string, Buffer, RegExp])[] = [
  ["twice compressed", gzipSync(padded("eb63")), /is gzip|is compressed by gzip/],
  ["qcow2", padded("514649fb00000003"), /is a qcow2 file.*qemu-img/],
  ["VMDK", padded("4b444d5601000000"), /is a VMDK file/],
  ["VHDX", padded("7668647866696c65"), /is a VHDX file/],
  ["growing VHD", padded("636f6e6563746978"), /is a VHD file that grows/],
  ["VDI", padded("7f10dabe", 64), /is a VDI file/],
  ["Android's sparse image", padded("3aff26ed"), /sparse image of Android/],
  ["tar", execFileSync("tar", ["-C", import.meta.dirname, "-c", "main.ts"]), /is a tar archive/],
  ["zip", padded("504b0304"), /is a zip archive/],
  ["page", servedPage, /is text: "<!DOCTYPE html> <html><title>Sign in/],
  ["word", Buffer.from("404: Not Found\n"), /is text: "404: Not Found"/],
  [
    "pointer of Git LFS",
    Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\n`),
    /text/,
  ],
  ["QED", padded("51454400"), /is a QED file/],
  [
    "VMDK's description",
    Buffer.from(`# Disk DescriptorFile\nversion=1\n${"#\n".repeat(300)}`),
    /the description of a VMDK file/,
  ],
  ["Parallels", padded("576974686f757446726565537061636578"), /is a Parallels file/],
  ["WIM", padded("4d5357494d000000"), /is a Windows image/],
  ["7z", padded("377abcaf271c"), /is a 7z archive/],
  ["RAR", padded("526172211a0700"), /is a RAR archive/],
  ["cpio", padded("303730373031"), /is a cpio archive/],
  ["Debian package", padded("213c617263683e0a"), /is a Debian package/],
  ["program", readFileSync(process.execPath).subarray(0, 64 << 10), /is a program \(ELF\)/],
  ["lz4", padded("04224d18"), /is compressed by lz4/],
  ["lzip", padded("4c5a4950"), /is compressed by lzip/],
  ["an S3 error", Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'), /is text: "<\?xml/],
  ["an answer in JSON", Buffer.from('{"errors": [{"status": 401}]}'), /is text/],
  ["many checksums", Buffer.from(`${"0".repeat(64)}  disk.raw\n`.repeat(20)), /is text/],
  ["a configuration", Buffer.from("# Schlüssel für die Tür\n\tkey: value\n".repeat(20)), /is text/],
  ["checksums", Buffer.from(`${"0".repeat(64)}  disk.raw\n`), /is text/],
  ["PDF", Buffer.from(`%PDF-1.7\n%\xe2\xe3\n${" ".repeat(600)}`, "latin1"), /is a PDF/],
  ["RPM package", padded("edabeedb0300"), /is an RPM package/],
  [
    "kernel",
    Buffer.concat([
      padded("4d5a").subarray(0, 0x3c),
      padded("80000000").subarray(0, 0x44),
      padded("50450000"),
      padded("55aa"),
    ]),
    /is a program of Windows or UEFI/,
  ],
  [
    "script",
    Buffer.from(`#!/bin/sh\nset -e\n${"echo installing\n".repeat(100)}`),
    /is text: "#!\/bin\/sh set -e echo installing/,
  ],
  ["text with umlauts", Buffer.from(`\ufeffGrüße\n${"äöü ".repeat(400)}`), /is text/],
  ["list in JSON", Buffer.from(JSON.stringify(Array.from({ length: 200 }, (_, at) => ({ at })))), /is text: "\[\{/],
  ["tar of before POSIX", execFileSync("tar", ["--format=v7", "-C", import.meta.dirname, "-c", "main.ts"]), /is a tar/],
  ["text of PowerShell", Buffer.from(`\ufeff${"404: Not Found\r\n".repeat(60)}`, "utf16le"), /is text \(UTF-16\)/],
  ["page in Latin-1", Buffer.from(`<!-- Zugriff verweigert für -->${"ü ".repeat(600)}`, "latin1"), /is text: "<!--/],
  ["page that begins with its body", Buffer.from(`<body>\0${"x".repeat(600)}`), /is text: "<body>/],
  ["some bytes", Buffer.from([0, 0, 0, 0, 2, 8, 1]), /is shorter than a disk's first sector/],
  ["Bochs", padded("426f636873205669727475616c20484420496d616765"), /is a Bochs file/],
  ["Partclone", padded("70617274636c6f6e652d696d616765"), /is an image of Partclone/],
  ["compress", padded("1f9d90"), /is compressed by compress/],
  ["lzop", padded("894c5a4f000d0a1a0a"), /is compressed by lzop/],
  ["UBI", padded("55424923"), /for flash memory/],
  ["torrent", padded("64383a616e6e6f756e6365"), /is a torrent/],
  ["encrypted", padded("53616c7465645f5f"), /is encrypted by OpenSSL/],
  ["OCI layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}'), /is text: "\{\\"imageLayoutVersion/],
];
/** How many of them are tried inside of each: what is found inside is looked at in one way. */
const compressions: readonly (readonly [string, (bytes: Buffer) => Buffer, number])[] = [
  ["img", (bytes) => bytes, notDisks.length],
  ["gz", gzipSync, 12],
  ["zst", zstdCompressSync, 12],
  ["xz", (input) => execFileSync("xz", ["-c"], { input }), 12],
  ["bz2", (input) => execFileSync("bzip2", ["-c"], { input }), 12],
];

for (const [extension, compressed, most] of compressions)
  test(`what is no disk is named and not written, served as .${extension}`, async () => {
    for (const [name, body, says] of notDisks.slice(0, most)) {
      const environment = { COMPRESSED: String(extension !== "img") };
      const ended = await run({ path: `a.${extension}`, behaviour: { body: compressed(body) }, environment });
      assertFailed(ended, says);
      assert.match(ended.lines.at(-1)?.msg ?? "", /^Nothing was written/, name);
      assert.ok((await readFile(disk)).equals(Buffer.alloc(image.length + MiB, 0xee)), name);
    }
  });

/** What may be meant for a partition, or cannot be told from a disk. */
const doubtful: readonly (readonly [string, Buffer, string])[] = [
  ["zeros", padded(""), "it begins with nothing but zeros"],
  ["ext4", padded("53ef", 1080), "it is a file system as a whole (ext4)"],
  ["XFS", padded("58465342"), "it is a file system as a whole (XFS)"],
  ["LUKS", padded("4c554b53babe0002"), "it is a file system as a whole (LUKS)"],
  ["swap", padded("53574150535041434532", 4086), "it is a file system as a whole (swap)"],
  ["squashfs", padded("68737173"), "it is a file system as a whole (squashfs)"],
  [
    "ISO that is no disk",
    padded("4344303031", 32_769),
    "it is a file system as a whole (ISO 9660 (an installer's disc))",
  ],
];
for (const [name, body, says] of doubtful)
  test(`${name} is written with a warning`, async () => {
    const ended = await run({ path: "a.img", behaviour: { body } });
    assert.equal(ended.exitCode, 0, ended.stdout);
    const warnings = ended.lines.filter(({ level }) => level === "WARN").map(({ msg }) => msg);
    assert.deepEqual(warnings, [
      `the image has no boot sector or partition table, ${says}: no firmware starts it from a whole disk`,
    ]);
    assert.ok((await readFile(disk)).subarray(0, body.length).equals(body));
  });

/** A disk of 8 MiB by its table. */
function partitioned(label: string): Buffer {
  const file = join(dir, "partitioned");
  execFileSync("truncate", ["--size=0", file]);
  execFileSync("truncate", ["--size=8M", file]);
  execFileSync("sfdisk", ["--quiet", file], { input: `label: ${label}\nstart=2048\n` });
  return readFileSync(file);
}

for (const label of ["gpt", "dos"])
  test(`an image that is shorter than the disk of its table (${label}) is written with a warning`, async () => {
    const whole = partitioned(label);
    for (const [body, warnings] of [
      [whole, []],
      [
        whole.subarray(0, 5 * MiB),
        [
          "the image has 5242880 bytes, but its partition table is of a disk of at least 8388608: look whether the file on the server is whole",
        ],
      ],
    ] as const) {
      const ended = await run({ path: "a.img", behaviour: { body } });
      assert.equal(ended.exitCode, 0, ended.stdout);
      const said = ended.lines.filter(({ level }) => level === "WARN").map(({ msg }) => msg);
      assert.deepEqual(said, warnings);
    }
  });

test("an image that comes in chunks has come whole, also where it is shorter than the disk of its table", async () => {
  const body = partitioned("gpt").subarray(0, 5 * MiB);
  const ended = await run({ path: "a.img", behaviour: { body, statesLength: false } });
  assert.equal(ended.exitCode, 0, ended.stdout);
  assert.match(ended.stdout, /"bytes":"unknown"/);
  assert.match(ended.stdout, /look whether the file on the server is whole/);
});

test("where the server names no length, an image that is shorter than the disk of its table was cut", async () => {
  const body = partitioned("gpt");
  const behaviour = { body, endsByClosing: true };
  assert.equal((await run({ path: "a.img", behaviour })).exitCode, 0);
  const ended = await run({ path: "a.img", behaviour: { ...behaviour, body: body.subarray(0, 5 * MiB) } });
  assertFailed(ended, /^The image is cut short: the image has 5242880 bytes, .* the server named no length/);
});

test("the boot sector of a file system is no table", async () => {
  const body = padded("eb3c90");
  body.write("A disk read error occurred, and no entry is here: press a key to start again", 440);
  body.write("55aa", 510, "hex");
  const ended = await run({ path: "a.img", behaviour: { body, endsByClosing: true } });
  assert.equal(ended.exitCode, 0, ended.stdout);
});

test("a server of plain HTTP that is asked by HTTPS is said to be one, at once", async () => {
  await using server = await serveImage({ body: image });
  await writeFile(disk, "");
  const settings = { IMG_URL: `https://127.0.0.1:${server.port}/a.raw`, DEST_DISK: disk, DEST_ALLOW_FILE: "true" };
  assertFailed(
    await runActionForReal("image2disk", settings),
    /a\.raw does not speak TLS: write http in place of https\. Check/,
  );
});

test("a server that encodes images on the way, unasked, is named", async () => {
  const ended = await run({ path: "a.img", behaviour: { body: image, encoding: "br" } });
  assertFailed(ended, /was sent encoded by br, though asked for as it is\. Switch that off there for images/);
  assert.equal(ended.requests.length, 1);
});

test("an ISO that is a disk as well is written without a warning", async () => {
  const body = padded("4344303031", 32_769);
  body.write("55aa", 510, "hex");
  const ended = await run({ path: "a.iso", behaviour: { body } });
  assert.equal(ended.exitCode, 0, ended.stdout);
  assert.deepEqual(
    ended.lines.filter(({ level }) => level === "WARN"),
    [],
  );
});

for (const name of ["disk.qcow2.gz", "disk.qcow2.xz", "disk.raw.gz"])
  test(`${name} of the field is named and not written`, async () => {
    const body = await readFile(join(import.meta.dirname, "../../fixtures", name));
    const ended = await run({ path: name, behaviour: { body }, environment: { COMPRESSED: "true" } });
    assertFailed(ended, /^Nothing was written: .*, inside (gzip|xz), is a qcow2 file/);
  });

test("a zstd file with a window of 2 GiB is written where there is memory for it", async () => {
  const body = await readFile(join(import.meta.dirname, "../../fixtures/long31.img.zst"));
  const { exitCode, stdout } = await run({ path: "a.zst", behaviour: { body }, environment: { COMPRESSED: "true" } });
  assert.equal(exitCode, 0, stdout);
  const written = (await readFile(disk)).subarray(0, 2 * MiB);
  assert.equal(sha256(written), "91d3beb88a9b2f778a6c44a1c53b63d3c79931845a9aef84b3fb414610bd1938");
});

test("broken connections are taken up where they ended, of the same file", async () => {
  const behaviour = { body: zstdCompressSync(image), breakAfter: [MiB, 400_000], tags: ["v1"] };
  const ended = await run({ path: "a.zst", behaviour, ...compressed });
  await assertImageOnDisk(ended);
  assert.deepEqual(
    ended.requests.map((request) => request.range !== undefined),
    [false, true, true],
  );
});

test("a server without ranges is asked again and what is known is passed over", async () => {
  const behaviour = { body: image, breakAfter: [MiB], hasRanges: false, tags: ["v1"] };
  await assertImageOnDisk(await run({ path: "a.raw", behaviour }));
});

test("a file that changed meanwhile is written anew from its first byte", async () => {
  const behaviour = { body: image, breakAfter: [MiB], tags: ["v1", "v2"] };
  const ended = await run({ path: "a.raw", behaviour });
  await assertImageOnDisk(ended);
  assert.ok(ended.lines.some((line) => line.msg === "the download starts again from the first byte"));
});

test("without a stated length, a connection that breaks is no end", async () => {
  const behaviour = { body: image, breakAfter: [MiB], statesLength: false, tags: ["v1"] };
  const ended = await run({ path: "a.raw", behaviour });
  await assertImageOnDisk(ended);
  assert.equal(ended.requests.length, 2);
});

test("a busy server is asked again", async () => {
  await assertImageOnDisk(await run({ path: "a.raw", behaviour: { body: image, statuses: [503, 503] } }));
});

test("a missing image fails at once and names the address without its query", async () => {
  const ended = await run({ path: "gone.raw?token=secret", behaviour: { body: image, statuses: [404] } });
  assertFailed(ended, /could not be fetched.*\/gone\.raw answered 404 Not Found\. Check IMG_URL/);
  assert.equal(ended.requests.length, 1);
  assert.ok(!ended.stdout.includes("secret"));
});

test("an image larger than the disk is refused before anything is written", async () => {
  const body = Buffer.concat([image, Buffer.alloc(2 * MiB, 1)]);
  assertFailed(
    await run({ path: "a.raw", behaviour: { body } }),
    /has 18874880 bytes, but the image has 19923456 bytes/,
  );
  assert.ok((await readFile(disk)).equals(Buffer.alloc(image.length + MiB, 0xee)));
});

test("an empty image is no success", async () => {
  assertFailed(await run({ path: "a.raw", behaviour: { body: Buffer.alloc(0) } }), /The image is empty/);
});

test("an empty file as target gets the image and its holes", async () => {
  await using server = await serveImage({ body: zstdCompressSync(image) });
  await truncate(disk, 0);
  const IMG_URL = `http://127.0.0.1:${server.port}/a.zst`;
  const settings = { IMG_URL, DEST_DISK: disk, DEST_ALLOW_FILE: "1", COMPRESSED: "true" };
  assert.equal((await runActionForReal("image2disk", settings)).exitCode, 0);
  assert.ok((await readFile(disk)).equals(image));
  assert.ok((await stat(disk)).blocks * 512 < 8 * MiB);
});

test("a regular file is refused unless it is allowed", async () => {
  await writeFile(disk, "old");
  const ended = await runActionForReal("image2disk", { IMG_URL: "http://127.0.0.1:9/a.raw", DEST_DISK: disk });
  assertFailed(ended, /is not a block device/);
});

test("a disk that is not there is refused with those that are, or that there is none", async () => {
  const settings = { IMG_URL: "http://127.0.0.1:9/a.raw", DEST_DISK: "/dev/no-such-disk" };
  const ended = await runActionForReal("image2disk", settings);
  assertFailed(
    ended,
    /^DEST_DISK \/dev\/no-such-disk cannot be found\. This machine has (\/dev\/\S+ \(\S+ .B\)|no disk)/,
  );
});

test("all that is wrong with the environment is said in one line of text", async () => {
  const ended = await runActionForReal("image2disk", { DEST_DISK: "sda", COMPRESSED: "gzip", TEXT_LOGGING: "true" });
  assert.equal(ended.exitCode, 1);
  assert.match(
    ended.stdout,
    /ERROR .*IMG_URL: it is not set; .* DEST_DISK: it is "sda"; .* COMPRESSED: it is "gzip"; expected true or false/,
  );
});

test("told to stop while the server is silent, it ends and says so", async () => {
  await using server = await serveImage({ body: image, statuses: [503, 503, 503, 503, 503] });
  await writeFile(disk, "");
  const IMG_URL = `http://127.0.0.1:${server.port}/a.raw`;
  const running = startAction("image2disk", {
    IMG_URL,
    DEST_DISK: disk,
    DEST_ALLOW_FILE: "true",
    RETRY_ENABLED: "true",
  });
  while (server.requests.length < 2) await delay(10);
  running.kill("SIGTERM");
  assertFailed(await running.ended, /image2disk was stopped by SIGTERM/);
});
