// Captured lines of /proc/self/status.

import assert from "node:assert/strict";
import { test } from "node:test";
import { capabilitiesOf } from "./capabilities.ts";

test("a root shell without CAP_SYS_RESOURCE has 40 capabilities, and not that one", () => {
  const held = capabilitiesOf("CapPrm:\t000001fffeffffff\nCapEff:\t000001fffeffffff\nCapBnd:\t000001fffeffffff\n");
  assert.equal(held.length, 40);
  assert.equal(held.includes("CAP_SYS_RESOURCE"), false);
  assert.equal(held.at(-1), "CAP_CHECKPOINT_RESTORE");
});

test("an ordinary user has none", () => {
  assert.deepEqual(capabilitiesOf("CapEff:\t0000000000000000\n"), []);
});
