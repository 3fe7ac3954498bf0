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

test("a flood of causes makes the oldest forgotten", () => {
  const told: MachineEventInput[] = [];
  const gate = new EventGate(
    (one) => told.push(one),
    () => 0,
  );
  for (let i = 0; i <= 4096; i++) gate.once(`cause ${i}`, 1000, event);
  gate.once("cause 4096", 1000, event);
  gate.once("cause 0", 1000, event);
  assert.equal(told.length, 4098);
});
