import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineFactBook, mostStrangers } from "./machine-facts.ts";

const key = { namespace: "lab", name: "m1" };
const m1 = { namespace: "lab", hardware: "m1", mac: "52:54:00:00:00:01" };

test("only what the machine itself does is a sign of it", () => {
  const book = new MachineFactBook();
  book.note(m1, { type: "DhcpOffer" }, 1000);
  book.note(m1, { type: "NetbootAllowed" }, 2000);
  book.note(m1, { type: "WorkflowFailed" }, 3000);
  book.note(m1, { type: "PoweredOff" }, 4000);
  assert.equal(book.ofHardware(key)?.seenMs, 1000);
  assert.equal(book.ofHardware(key)?.power, "off");
});

test("the furthest step of the newest boot counts, and a new boot begins anew", () => {
  const book = new MachineFactBook();
  const firmware = { data: { vendorClass: "PXEClient:Arch:00007" } };
  const stages = [
    { type: "DhcpOffer", ...firmware },
    { type: "ScriptServed" },
    { type: "DhcpOffer" },
    { type: "WorkerAsked" },
    { type: "DhcpOffer", ...firmware },
  ].map((fact, at) => {
    book.note(m1, fact, 1000 + at);
    return book.ofHardware(key)?.stage;
  });
  assert.deepEqual(stages, ["address", "script", "script", "worker", "address"]);
  assert.equal(book.ofHardware(key)?.stageMs, 1004);
});

test("what was refused stands until the machine comes a step further", () => {
  const book = new MachineFactBook();
  const refused = { type: "TftpRefused", reason: "FileNotLent", message: "no" };
  book.note(m1, refused, 1000);
  book.note(m1, refused, 2000);
  assert.deepEqual(book.ofHardware(key)?.refusal, { ...refused, atMs: 2000 });
  // As what comes again is told.
  book.note(m1, { type: "TftpRefused" }, 2500);
  book.note(m1, { type: "HttpRefused" }, 2600);
  // What a command was refused is the answer to whoever gave it.
  book.note(m1, { type: "RetryRefused", reason: "UnderWay", message: "cancel it first" }, 2650);
  assert.deepEqual(book.ofHardware(key)?.refusal, { ...refused, atMs: 2500 });
  book.note(m1, { ...refused, message: "not that one" }, 2700);
  assert.deepEqual(book.ofHardware(key)?.refusal, { ...refused, message: "not that one", atMs: 2700 });
  book.note(m1, { type: "BinaryServed" }, 3000);
  assert.equal(book.ofHardware(key)?.refusal, undefined);
});

test("what is read back late changes nothing that was seen since", () => {
  const book = new MachineFactBook();
  book.note(m1, { type: "WorkerAsked" }, 5000);
  book.note(m1, { type: "DhcpOffer", data: { vendorClass: "PXEClient" } }, 1000);
  assert.deepEqual([book.ofHardware(key)?.stage, book.ofHardware(key)?.seenMs], ["worker", 5000]);
});

test("made-up MACs push out each other alone", () => {
  const book = new MachineFactBook();
  book.note(m1, { type: "DhcpOffer" }, 1);
  for (let n = 0; n < 3 * mostStrangers; n += 1)
    book.note({ namespace: "default", mac: `mac ${n}` }, { type: "DhcpIgnored" }, n);
  assert.equal([...book.strangers()].length, mostStrangers);
  assert.equal(book.ofHardware(key)?.seenMs, 1);
});
