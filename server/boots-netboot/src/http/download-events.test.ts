// What is said of a file that was read, or was not: once, with the machine's name.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { FileSent } from "@neverland/platform/http/send-file.ts";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { testMachine } from "../testing/machines.ts";
import { recordSent } from "./download-events.ts";

const whole: FileSent = { whole: true, fault: undefined, stalledSeconds: undefined };
let events: MachineEventInput[];
let nowMs: number;
let gate: EventGate;

beforeEach(() => {
  events = [];
  nowMs = 0;
  gate = new EventGate(
    (event) => events.push(event),
    () => nowMs,
  );
});

function told(sent: FileSent, range?: string): void {
  const index = new MachineIndex();
  index.apply([testMachine(50)]);
  const lookup = index.byIp("10.77.0.50");
  assert.ok(lookup.found === "one");
  recordSent(gate, lookup.machine, {
    address: "10.77.0.50",
    range,
    sent,
    name: "disk.raw",
    type: "FileServed",
    sizeBytes: 9,
    durationMs: 1,
  });
}

test("a file that is read in very many parts is one event a minute", () => {
  for (let at = 0; at < 9; at += 1) {
    nowMs = at * 6000;
    told(whole, `bytes=${at}-${at}`);
  }
  nowMs = 60_000;
  told(whole, "bytes=0-8");
  assert.deepEqual(
    events.map(({ type, hardware, data }) => [type, hardware, data]),
    [
      ["FileServed", "default/m50", { file: "disk.raw", sizeBytes: 9, durationMs: 1, range: "bytes=0-0" }],
      ["FileServed", "default/m50", { file: "disk.raw", sizeBytes: 9, durationMs: 1, range: "bytes=0-8" }],
    ],
  );
});

test("a machine that takes nothing is said to have been cut off for that", () => {
  told({ ...whole, whole: false, stalledSeconds: 60 });
  assert.deepEqual([events[0]?.type, events[0]?.hardware], ["HttpBrokenOff", "default/m50"]);
  assert.match(events[0]?.message ?? "", /broke off reading disk\.raw: it took no byte for 60 s, and was cut off$/);
});

test("a disk that fails in the middle is the server's fault, by name, whatever was said of parts before", () => {
  told(whole, "bytes=0-1");
  told({ ...whole, whole: false, fault: { reason: "FileUnreadable", message: "disk.raw cannot be read: EIO" } });
  const { type, reason, hardware, message } = events[1] ?? {};
  assert.deepEqual([type, reason, hardware], ["ServerFault", "FileUnreadable", "default/m50"]);
  assert.match(message ?? "", /could not be given all of disk\.raw: .*EIO$/);
});
