// The gate to the timeline: each cause once, and a memory that cannot be filled.

import assert from "node:assert/strict";
import { test } from "node:test";
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
