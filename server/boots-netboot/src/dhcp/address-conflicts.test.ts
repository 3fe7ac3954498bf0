import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ipv4Address } from "@neverland/protocols";
import { AddressConflicts } from "./address-conflicts.ts";

const address = "10.77.0.50" as Ipv4Address;

test("an address in use is kept back for ten minutes", () => {
  let nowMs = 1_000_000;
  const conflicts = new AddressConflicts(() => nowMs);
  conflicts.note(address);
  assert.equal(conflicts.untilMs(address), 1_600_000);
  nowMs = 1_600_000;
  assert.equal(conflicts.untilMs(address), undefined);
});
