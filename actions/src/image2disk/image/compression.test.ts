import assert from "node:assert/strict";
import { test } from "node:test";
import { compressionOfUrl, decideCompression } from "./compression.ts";

const url = (path: string): URL => new URL(path, "http://files.example/");
const gzipHead = Buffer.from("1f8b080000000000", "hex");
const zstdHead = Buffer.from("28b52ffd04000000", "hex");
const rawHead = Buffer.from("eb63900000000000", "hex");

for (const [path, expected] of [
  ["debian.raw.zst?token=a.gz", "zstd"],
  ["debian.zs", "zstd"],
  ["debian.IMG.GZ", "gzip"],
  ["debian.xz#x.gz", "xz"],
  ["debian.bzip2", "bzip2"],
  ["debian.bz2", "bzip2"],
  ["debian.raw", undefined],
  ["debian.constructor", undefined],
] as const)
  test(`${path} is ${expected ?? "not said to be compressed"}`, () => {
    assert.equal(compressionOfUrl(url(path)), expected);
  });

test("a name that says nothing leaves it to the first bytes", () => {
  assert.equal(decideCompression(url("download?id=7"), true, zstdHead), "zstd");
});

test("a skippable frame begins a zstd stream", () => {
  assert.equal(decideCompression(url("a.zst"), true, Buffer.from("502a4d1804000000", "hex")), "zstd");
});

test("a raw image is written as it is", () => {
  assert.equal(decideCompression(url("a.raw"), false, rawHead), "none");
});

for (const [why, path, isCompressed, head, message] of [
  ["another compression than the name says", "a.gz", true, zstdHead, /is zstd; expected gzip by its name/],
  ["an error page instead of an image", "a.gz", true, Buffer.from("<!DOCTYP"), /is text: "<!DOCTYP"; expected gzip/],
  [
    "compressed bytes without COMPRESSED",
    "a.gz",
    false,
    gzipHead,
    /is gzip; expected a raw disk image\. Set COMPRESSED/,
  ],
  [
    "a container where a compression was promised",
    "a",
    true,
    Buffer.from("514649fb00000003", "hex"),
    /is a qcow2 file/,
  ],
  ["no bytes at all", "a.zst", true, Buffer.alloc(0), /begins with nothing; expected zstd/],
] as const)
  test(`${why} is refused before anything is written`, () => {
    assert.throws(() => decideCompression(url(path), isCompressed, head), { code: "corrupt", message });
  });

test("a message shows neither password nor query of the address", () => {
  const secret = new URL("http://user:secret@files.example/a.gz?token=secret");
  assert.throws(
    () => decideCompression(secret, true, rawHead),
    (error: Error) => !error.message.includes("secret"),
  );
});
