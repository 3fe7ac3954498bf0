// TFTP packets: the reads that firmware sends, what a server answers, and hostile bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PacketError } from "../packet-error.ts";
import { decodeTftpRequest, encodeTftpReply } from "./packet.ts";

const ascii = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const code = (expected: string) => (error: unknown) => error instanceof PacketError && error.code === expected;
// What edk2 2022.11 sends for its second read.
const edk2Read = ascii("\0\x01snponly.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0");

test("decodes the windowed read request that edk2 sends", () => {
  assert.deepEqual(decodeTftpRequest(edk2Read), {
    op: "rrq",
    file: "snponly.efi",
    mode: "octet",
    options: new Map([
      ["tsize", "0"],
      ["blksize", "1468"],
      ["windowsize", "4"],
    ]),
  });
});

test("mode and option names are case-insensitive; the first of a repeated option stands", () => {
  const request = decodeTftpRequest(ascii("\0\x01a\0OcTeT\0BLKSIZE\x00512\0blksize\x008\0"));
  assert.deepEqual(request, { op: "rrq", file: "a", mode: "octet", options: new Map([["blksize", "512"]]) });
});

test("decodes acknowledgements and errors, also an error without its text", () => {
  assert.deepEqual(decodeTftpRequest(Uint8Array.of(0, 4, 255, 255)), { op: "ack", block: 65_535 });
  assert.deepEqual(decodeTftpRequest(ascii("\0\x05\0\x08User aborted\0")), {
    op: "error",
    code: 8,
    message: "User aborted",
  });
  assert.deepEqual(decodeTftpRequest(Uint8Array.of(0, 5, 0, 0)), { op: "error", code: 0, message: "" });
});

test("refuses data, unknown opcodes, unended text and no name", () => {
  assert.throws(() => decodeTftpRequest(Uint8Array.of(0, 3, 0, 1)), code("malformed"));
  assert.throws(() => decodeTftpRequest(Uint8Array.of(0, 9)), code("malformed"));
  assert.throws(() => decodeTftpRequest(ascii("\0\x01name")), code("truncated"));
  assert.throws(() => decodeTftpRequest(ascii("\0\x01\0octet\0")), code("malformed"));
});

test("of endless options the first are read", () => {
  const options = Array.from({ length: 200 }, (_, i) => `o${i}\0v\0`).join("");
  const request = decodeTftpRequest(ascii(`\0\x01a\0octet\0${options}`));
  assert.ok(request.op === "rrq");
  assert.deepEqual([request.options.size, request.options.get("o31")], [32, "v"]);
});

test("encodes option acknowledgements, data and errors", () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  assert.equal(hex(encodeTftpReply({ op: "oack", options: new Map([["tsize", "7"]]) })), "\0\x06tsize\x007\0");
  assert.equal(hex(encodeTftpReply({ op: "data", block: 0xfffe, bytes: ascii("ab") })), "\0\x03\xff\xfeab");
  assert.equal(hex(encodeTftpReply({ op: "error", code: 1, message: "no" })), "\0\x05\0\x01no\0");
});

test("every truncation and any bytes are read or refused with a PacketError", () => {
  for (let length = 0; length < edk2Read.length; length++) readOrRefuse(edk2Read.subarray(0, length));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1600 }), readOrRefuse), { numRuns: 1000 });
  const tail = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.uint8Array({ maxLength: 100 }));
  fc.assert(
    fc.property(tail, ([opcode, bytes]) => readOrRefuse(Uint8Array.of(0, opcode, ...bytes))),
    { numRuns: 1000 },
  );
});

function readOrRefuse(bytes: Uint8Array): void {
  try {
    decodeTftpRequest(bytes);
  } catch (error) {
    assert.ok(error instanceof PacketError, String(error));
  }
}

test("an error is no longer than a block, whatever it says", () => {
  const bytes = encodeTftpReply({ op: "error", code: 1, message: "a".repeat(1400) });
  assert.deepEqual([bytes.length, bytes.at(-2), bytes.at(-1)], [516, 0x61, 0]);
});
