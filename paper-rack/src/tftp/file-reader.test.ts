import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { paperFile } from "../boot/paper-file.ts";
import { FileReader } from "./file-reader.ts";

const bytes = paperFile(2500);
const block = (number: number) =>
  Buffer.concat([Buffer.of(0, 3, 0, number), bytes.subarray((number - 1) * 1000, number * 1000)]);
const ack = (number: number) => Buffer.of(0, 4, 0, number);
let reader: FileReader;

beforeEach(() => {
  reader = new FileReader({ name: "f", bytes, blockBytes: 1000, windowBlocks: 2 });
  assert.equal(reader.request().toString("latin1"), "\0\x01f\0octet\0blksize\x001000\0windowsize\x002\0");
  assert.deepEqual(reader.take(Buffer.from("\0\x06blksize\x001000\0windowsize\x002\0", "latin1")), ack(0));
});

test("acknowledges whole windows, and knows the end", () => {
  const answers = [1, 2, 3].map((number) => reader.take(block(number)));
  assert.deepEqual(answers, [undefined, ack(2), "read"]);
  assert.deepEqual([reader.again(), reader.bytesRead, reader.filesRead, reader.wrong], [ack(3), 2500, 1, undefined]);
});

test("tells of a gap once, with the last block in order", () => {
  const answers = [1, 3, 3].map((number) => reader.take(block(number)));
  assert.deepEqual(answers, [undefined, ack(1), undefined]);
  assert.deepEqual(
    [2, 3].map((number) => reader.take(block(number))),
    [undefined, "read"],
  );
});

test("notes other bytes, and errors", () => {
  reader.take(Buffer.concat([Buffer.of(0, 3, 0, 1), Buffer.alloc(1000, 7)]));
  assert.equal(reader.wrong, "block 1 has other bytes");
  const other = new FileReader({ name: "f", bytes, blockBytes: 512, windowBlocks: 1 });
  other.request();
  other.take(Buffer.from("\0\x05\0\x01no such file\0", "latin1"));
  assert.match(other.wrong ?? "", /no such file/);
});
