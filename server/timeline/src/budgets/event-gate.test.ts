// The gate to the timeline: each cause once, and a memory that cannot be filled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MachineEventInput } from "@neverland/api";
import { EventGate } from "./event-gate.ts";

const event: MachineEventInput = { source: "boots/dhcp", type: "DhcpIgnored", message: "…" };

test("a cause is told once, and again when it has been quiet for long", () => {
  const told: MachineEventInput[] = [];
  let nowMs = 0;
  const gate = new EventGate(
    (one) => told.push(one),
    () => nowMs,
  );
  gate.once("a", 1000, event);
  nowMs = 999;
  gate.once("a", 1000, event);
  assert.equal(told.length, 1);
  nowMs = 1000;
  gate.once("a", 1000, event);
  gate.once("b", 1000, event);
  assert.equal(told.length, 3);
});

test("ten thousand machines' causes are remembered beside a flood of made-up ones", () => {
  let told = 0;
  const gate = new EventGate(
    () => {
      told += 1;
    },
    () => 0,
  );
  const machines = Array.from({ length: 10_000 }, (_, at) => `default/m${at}`);
  const boot = () => {
    for (const hardware of machines)
      for (const cause of ["offer", "ack", "tftp", "script", "kernel", "initrd"])
        gate.once(`${cause} ${hardware}`, 1000, { ...event, hardware });
  };
  boot();
  for (let at = 0; at < 50_000; at += 1) gate.once(`unknown ${at}`, 1000, event);
  assert.equal(told, 60_000 + 50_000);
  boot();
  assert.equal(told, 60_000 + 50_000);
});

test("of a cause of whatever length only a short key is remembered, and it is told from those that begin as it does", () => {
  const told: unknown[] = [];
  const gate = new EventGate(
    ({ message }) => told.push(Number(message)),
    () => 0,
  );
  const padding = " ".repeat(16_000);
  const before = heapBytes();
  for (let round = 0; round < 2; round += 1)
    for (let at = 0; at < 5000; at += 1)
      gate.once(`file ${padding}${at}`, 1000, { ...event, hardware: "default/m1", message: String(at) });
  assert.deepEqual(
    told,
    Array.from({ length: 5000 }, (_, at) => at),
  );
  assert.ok(heapBytes() - before < 5_000_000);
});

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

test("made-up causes are forgotten, the oldest first", () => {
  let told = 0;
  const gate = new EventGate(
    () => {
      told += 1;
    },
    () => 0,
  );
  for (let at = 0; at < 20_000; at += 1) gate.once(`unknown ${at}`, 1000, event);
  gate.once("unknown 19999", 1000, event);
  assert.equal(told, 20_000);
  gate.once("unknown 0", 1000, event);
  assert.equal(told, 20_001);
});

test("what goes on is told as repeats of its event, and is said anew after a pause", () => {
  let nowMs = 0;
  const told: string[] = [];
  const gate = new EventGate(
    () => told.push(`event at ${nowMs}`),
    () => nowMs,
    (which, repeats, lastMs) => told.push(`${repeats} repeats of ${which}, the last at ${lastMs}`) > 0,
  );
  for (const atMs of [0, 400, 800, 1200, 1600, 3200]) {
    nowMs = atMs;
    gate.once("a", 1000, event);
  }
  assert.deepEqual(told, ["event at 0", "3 repeats of 1, the last at 1200", "event at 3200"]);
});

test("what goes on is said anew where its event is not known any more", () => {
  let nowMs = 0;
  const told: number[] = [];
  const gate = new EventGate(
    () => told.push(nowMs),
    () => nowMs,
    () => false,
  );
  for (nowMs = 0; nowMs <= 2400; nowMs += 400) gate.once("a", 1000, event);
  assert.deepEqual(told, [0, 1200, 2400]);
});
