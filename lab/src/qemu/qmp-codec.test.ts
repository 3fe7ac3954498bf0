import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LabError } from "../lab-error.ts";
import { encodeCommand, QmpDecoder } from "./qmp-codec.ts";

// As QEMU 7.2 sent it, with its CR LF line ends.
const session = [
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2+dfsg-7+deb12u18+b3"}, "capabilities": ["oob"]}}',
  '{"return": {}, "id": 1}',
  '{"timestamp": {"seconds": 1795270617, "microseconds": 322177}, "event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}',
  '{"id": 2, "error": {"class": "CommandNotFound", "desc": "The command frobnicate has not been found"}}',
  "",
].join("\r\n");

const expected = [
  { kind: "greeting", version: "7.2.22" },
  { kind: "return", id: 1, value: {} },
  { kind: "event", event: "RESET", data: { guest: true, reason: "guest-reset" } },
  { kind: "error", id: 2, description: "The command frobnicate has not been found" },
];

test("reads a session however it is cut into chunks", () => {
  const bytes = Buffer.from(session);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: bytes.length }), (chunkBytes) => {
      const decoder = new QmpDecoder();
      const messages = [];
      for (let at = 0; at < bytes.length; at += chunkBytes)
        messages.push(...decoder.push(bytes.subarray(at, at + chunkBytes)));
      assert.deepEqual(messages, expected);
    }),
  );
});

test("refuses lines that are not QMP with its own error, whatever they are", () => {
  assert.throws(() => new QmpDecoder().push(Buffer.from("SSH-2.0-OpenSSH\r\n")), {
    name: "LabError",
    code: "qmp-failed",
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        new QmpDecoder().push(Buffer.concat([bytes, Buffer.from("\n")]));
      } catch (error) {
        assert.ok(error instanceof LabError);
      }
    }),
  );
});

test("does not keep a line without end", () => {
  assert.throws(() => new QmpDecoder().push(Buffer.alloc(4 * 1024 * 1024 + 1, "x")), { code: "qmp-failed" });
});

test("writes a command as one line with its id", () => {
  assert.equal(encodeCommand(7, "system_reset"), '{"execute":"system_reset","arguments":{},"id":7}\n');
});
