import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";
import { AddressConflicts } from "./address-conflicts.ts";

const address = "10.77.0.50" as Ipv4Address;
const mac = "52:54:00:00:00:32" as MacAddress;
const other = "52:54:00:00:00:99" as MacAddress;

function openConflicts() {
  let nowMs = 1_000_000;
  const askedMs: number[] = [];
  const conflicts = new AddressConflicts(
    () => nowMs,
    () => askedMs.push(nowMs - 1_000_000),
  );
  const passed = (ms: number): void => {
    nowMs += ms;
  };
  return { conflicts, askedMs, passed, ask: () => conflicts.ask({ mac, address, isDeclined: true }) };
}

test("what was said takes no address away: only another machine that answers for it does, and until it does no more", () => {
  const { conflicts, ask, passed } = openConflicts();
  ask();
  assert.equal(conflicts.holder(address), undefined);
  for (const found of ["nobody", "itself", "unknown"] as const) {
    conflicts.found(address, { found });
    assert.equal(conflicts.holder(address), undefined);
  }
  conflicts.found(address, { found: "other", mac: other });
  assert.equal(conflicts.holder(address), other);
  passed(24 * 3_600_000);
  ask();
  assert.equal(conflicts.holder(address), other, "while it is asked again");
  assert.deepEqual(conflicts.found(address, { found: "unknown" }), { found: "other", mac: other });
  assert.equal(conflicts.holder(address), other, "where nobody could be asked");
  conflicts.found(address, { found: "nobody" });
  assert.equal(conflicts.holder(address), undefined);
});

test("a flood asks after 2, 4, 8, 16 and then each 30 seconds, and is told meanwhile what was found", () => {
  const { conflicts, askedMs, ask, passed } = openConflicts();
  for (let ms = 0; ms < 120_000; ms += 100) {
    const told = ask();
    if (askedMs.length > 1 && askedMs.at(-1) !== ms) assert.deepEqual(told, { found: "nobody" });
    conflicts.found(address, { found: "nobody" });
    passed(100);
  }
  assert.deepEqual(askedMs, [0, 2000, 6000, 14_000, 30_000, 60_000, 90_000]);
});

test("a dispute that was over is a new one", () => {
  const { askedMs, ask, passed } = openConflicts();
  for (let times = 0; times < 3; times += 1) {
    ask();
    passed(2000);
  }
  passed(300_000);
  askedMs.length = 0;
  ask();
  passed(2000);
  ask();
  assert.deepEqual(askedMs, [306_000, 308_000]);
});

test("an answer that nobody waits for is not remembered", () => {
  const { conflicts } = openConflicts();
  conflicts.found(address, { found: "other", mac: other });
  assert.equal(conflicts.holder(address), undefined);
});
