// Files in pieces, in bounded memory.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { LentFile, pieceBytes } from "./lent-file.ts";
import { PieceMemory } from "./piece-memory.ts";

const piece = () => new Uint8Array(pieceBytes);
let memory: PieceMemory;
let asked: number[];
let over: number;
let file: LentFile;

beforeEach(() => {
  memory = new PieceMemory(3 * pieceBytes);
  [asked, over] = [[], 0];
  const lengthBytes = 4095.5 * pieceBytes;
  file = new LentFile(
    { id: 1, etag: "1", sizeBytes: lengthBytes, lengthBytes },
    { memory, addressOf: () => 0, ask: ({ index }) => asked.push(index), over: () => (over += 1) },
  );
});

test("bytes that lie in two pieces need both, and the next is asked for ahead", () => {
  assert.equal(file.missing(pieceBytes - 10, pieceBytes + 10), 0);
  assert.deepEqual(asked, [0, 1, 2]);
  file.came(0, piece());
  assert.equal(file.missing(pieceBytes - 10, pieceBytes + 10), 1);
  file.came(1, piece());
  assert.equal(file.missing(pieceBytes - 10, pieceBytes + 10), undefined);
  assert.deepEqual(asked, [0, 1, 2]);
});

test("nothing is asked for beyond the end, not for the empty block either", () => {
  const end = 4095.5 * pieceBytes;
  assert.equal(file.missing(end - 1, end), 4095);
  file.came(4095, piece().subarray(0, pieceBytes / 2) as Uint8Array<ArrayBuffer>);
  assert.equal(file.missing(end, end), undefined);
  assert.deepEqual(asked, [4095]);
});

test("memory is bounded: the piece used longest ago goes, and is asked for again", () => {
  for (const index of [0, 1, 2]) file.came(index, piece());
  // It is read, and the piece after it will be.
  file.missing(0, 1);
  file.came(3, piece());
  assert.equal(memory.heldBytes, 3 * pieceBytes);
  assert.equal(file.missing(0, 2 * pieceBytes), undefined);
  // That asked for the one after them.
  assert.deepEqual(asked, [2]);
  assert.equal(file.missing(2 * pieceBytes, 3 * pieceBytes), 2);
});

test("what goes is given back at once when nothing is to be sent of it any more, and not before", () => {
  const first = piece();
  file.came(0, first);
  for (const index of [1, 2, 3]) file.came(index, piece());
  assert.equal(first.length, pieceBytes);
  memory.giveBack();
  assert.equal(first.length, 0);
});

test("a version goes with its pieces when the last who holds it has left", () => {
  file.hold();
  file.came(0, piece());
  file.leave();
  assert.deepEqual([over, memory.heldBytes], [0, pieceBytes]);
  file.leave();
  assert.deepEqual([over, memory.heldBytes], [1, 0]);
  // It was under way.
  file.came(1, piece());
  assert.equal(memory.heldBytes, 0);
});

test("who waits for a piece is called once, and for another not at all", () => {
  const called: string[] = [];
  file.missing(0, 1);
  file.onPiece(0, () => called.push("0"));
  file.onPiece(1, () => called.push("1"));
  file.came(0, piece());
  file.came(0, piece());
  assert.deepEqual(called, ["0"]);
});
