import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { hasMoreParts } from "./message-parts.ts";

/** A message that holds messages that hold messages: of a file, its messages and their fields. */
const file = (messages: number, fields: number): Uint8Array => {
  const field = Array.from({ length: fields }, (_, at) => ({ name: `f${at}` }));
  const messageType = Array.from({ length: messages }, (_, at) => ({ name: `m${at}`, field }));
  return toBinary(FileDescriptorProtoSchema, create(FileDescriptorProtoSchema, { name: "a.proto", messageType }));
};

test("parts are counted at all depths", () => {
  // The name; of each message itself, its name, and each field with its name.
  const parts = 1 + 10 * (1 + 1 + 5 * 2);
  const message = file(10, 5);
  assert.deepEqual(
    [parts - 1, parts].map((most) => hasMoreParts(FileDescriptorProtoSchema, message, most)),
    [true, false],
  );
});

test("half a million empty messages are told from their first", () => {
  const bomb = new Uint8Array(1024 * 1024);
  for (let at = 0; at < bomb.length; at += 2) bomb[at] = (4 << 3) | 2; // message_type, of no bytes
  const before = process.cpuUsage();
  assert.equal(hasMoreParts(FileDescriptorProtoSchema, bomb, 8192), true);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 100_000, `${user + system} us`);
});

test("what is no message is not counted to an end that it does not have", () => {
  for (const bytes of [[0x22, 0xff, 0xff, 0xff, 0x7f], [0x22, 5, 1], [0x22], [0x0b], [0x07]])
    assert.throws(() => hasMoreParts(FileDescriptorProtoSchema, Uint8Array.from(bytes), 8192), String(bytes));
});
