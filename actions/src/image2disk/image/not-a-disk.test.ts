// Which first sectors are a disk's although they begin as files do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { notADisk } from "./not-a-disk.ts";

const sectorOf = (start: string, signature: number): Buffer => {
  const bytes = Buffer.alloc(512);
  bytes.write(start, "hex");
  bytes.writeUInt16LE(signature, 510);
  return bytes;
};

test("two bytes of code in a boot sector are no file's, and without its signature they are", () => {
  assert.equal(notADisk(sectorOf("1f9d", 0xaa55)), undefined);
  assert.match(notADisk(sectorOf("1f9d", 0))?.is ?? "", /compress/);
});

test("longer beginnings are a file's also where the signature stands", () => {
  assert.match(notADisk(sectorOf("1f8b08", 0xaa55))?.is ?? "", /gzip/);
});
