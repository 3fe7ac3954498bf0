import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeLog, LoggedChange } from "./change-log.ts";

const change = (kindId: string, version: number) =>
  new LoggedChange(
    { version, timeMs: 0, kindId, key: { namespace: "default", name: "a" }, type: "modified" },
    () => assert.fail("nobody asked for the objects"),
    100,
  );

test("of a history that is all there, nothing is taken for forgotten: what was before a kind's first change, too", () => {
  const log = new ChangeLog();
  log.startAt({ version: 20, compactedVersion: 3, unreadVersion: 0 });
  log.restore(change("a", 10));
  assert.deepEqual([log.compactedVersion("a"), log.compactedVersion("b")], [3, 3]);
});

test("of a history with gaps, each kind's begins with the oldest of its changes that there is", () => {
  const log = new ChangeLog();
  log.startAt({ version: 20, compactedVersion: 15, unreadVersion: 0 });
  for (const version of [10, 12]) log.restore(change("a", version));
  log.restore(change("b", 18));
  assert.deepEqual(
    ["a", "b", "c"].map((kindId) => log.compactedVersion(kindId)),
    [9, 15, 15],
  );
});
