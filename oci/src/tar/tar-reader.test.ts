// Extended headers, whose values are bytes.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { restoreBlock } from "../layer/special-nodes.ts";
import { OciError } from "../oci-error.ts";
import { decodePax, readTar, type TarEntry } from "./tar-reader.ts";

const capability = Buffer.from("0100000200200000000000000000000000000000", "hex"); // cap_net_raw+ep, as setcap writes it

function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, "latin1"), value, Buffer.from("\n")]);
  return Buffer.concat([Buffer.from(String(rest.length + 3).padStart(3, "0")), rest]);
}

function header(name: string, type: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write("0000644\0", 100);
  block.write(sizeBytes.toString(8).padStart(11, "0"), 124);
  block.write(type, 156);
  block.write("ustar\u000000", 257);
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test("a binary extended attribute keeps every byte", async () => {
  const record = paxRecord("SCHILY.xattr.security.capability", capability);
  const tar = Buffer.concat([
    header("pax", "x", record.length),
    padded(record),
    header("ping", "0", 0),
    Buffer.alloc(1024),
  ]);
  const xattrs = [];
  for await (const entry of readTar(one(tar))) xattrs.push([entry.name, [...entry.xattrs]]);
  assert.deepEqual(xattrs, [["ping", [["security.capability", capability]]]]);
});

test("an extended header's name and size stand over those of the block", async () => {
  const record = Buffer.concat([paxRecord("path", Buffer.from("long/name")), paxRecord("size", Buffer.from("3"))]);
  const tar = Buffer.concat([
    header("pax", "x", record.length),
    padded(record),
    header("short", "0", 0),
    padded(Buffer.from("abc")),
  ]);
  const bodies = [];
  for await (const entry of readTar(one(tar)))
    bodies.push([entry.name, Buffer.concat(await Array.fromAsync(entry.content())).toString()]);
  assert.deepEqual(bodies, [["long/name", "abc"]]);
});

for (const text of ["99 path=x\n", "x path=y\n", "9 path=xy", "7 pathx\n", "0 a=b\n", "-9 path=x\n"])
  test(`the extended header ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => decodePax(Buffer.from(text)), { code: "bad-layer" });
  });

test("setfattr is told paths in octal and values in base64", () => {
  const block = restoreBlock({
    path: Buffer.from("/a b\\c\xe9", "latin1"),
    xattrs: new Map([["user.k", Buffer.from("v")]]),
  });
  assert.equal(block, "# file: /a\\040b\\134c\\351\nuser.k=0sdg==\n");
});

async function entryWith(key: string, value: Buffer): Promise<readonly TarEntry[]> {
  const record = paxRecord(key, value);
  const blocks = [header("pax", "x", record.length), padded(record), header("a", "0", 0), Buffer.alloc(1024)];
  return await Array.fromAsync(readTar(one(Buffer.concat(blocks))));
}

for (const name of [
  "user.b\n\n# file: /etc/passwd\nsecurity.capability",
  "user.a\rb",
  "user.",
  "nothing",
  "trusted.overlay.redirect",
])
  test(`a layer that sets the extended attribute ${JSON.stringify(name)} is refused`, async () => {
    await assert.rejects(entryWith(`SCHILY.xattr.${name}`, capability), { code: "bad-layer" });
  });

/** Any key that a record can carry, most of them beginning as one that means something. */
const paxKey = fc
  .tuple(
    fc.constantFrom("", "path", "size", "SCHILY.xattr.", "SCHILY.xattr.user.", "SCHILY.xattr.security.capability"),
    fc.array(fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 255 })), { maxLength: 20 }),
  )
  .map(([start, bytes]) => start + Buffer.from(bytes.map((byte) => (byte === 0x3d ? 0 : byte))).toString("latin1"));

test("whatever is in a header's keys, setfattr reads one line for each attribute, of the one file", async () => {
  const property = fc.asyncProperty(paxKey, fc.uint8Array({ maxLength: 40 }), async (key, value) => {
    const entries = await entryWith(key, Buffer.from(value)).catch((error: unknown) => {
      assert.ok(error instanceof OciError);
      return [];
    });
    for (const { xattrs, name } of entries) {
      const lines = restoreBlock({ path: Buffer.from(`/layer/${name}`, "latin1"), xattrs }).split("\n");
      assert.equal(lines.length, xattrs.size + 2);
      assert.match(lines.slice(1).join("\n"), /^(?:[a-z]+\.[!-<>-~]+=0s[\w+/]*={0,2}\n)*$/);
    }
  });
  await fc.assert(property, { numRuns: 2_000 });
});
