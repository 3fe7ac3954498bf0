import assert from "node:assert/strict";
import { test } from "node:test";
import { SerialLines } from "./serial-lines.ts";

test("cuts lines across chunks, without colours, and shows the unfinished one", () => {
  const serial = new SerialLines();
  assert.deepEqual(serial.push(Buffer.from("\u001b[0;1miPXE 1.0")), []);
  assert.deepEqual(serial.push(Buffer.from(".0+git\u001b[0m\r\nnet0: \r\r\nPress Ctrl-B for")), [
    "iPXE 1.0.0+git",
    "net0: ",
  ]);
  assert.equal(serial.unfinished, "Press Ctrl-B for");
});

test("a line without end does not grow for ever", () => {
  const serial = new SerialLines();
  for (let count = 0; count < 10; count++) serial.push(Buffer.alloc(4096, "."));
  assert.equal(serial.unfinished.length, 4096);
});
