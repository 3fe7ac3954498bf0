import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, EntryList } from "./entry-list.ts";

/** Counts each look at whether the entry has gone. */
function watched(version: number, looks: { count: number }): Entry {
  let isGone = false;
  return {
    ...{ version, atMs: 0, namespace: "lab", name: `e${version}`, text: "", count: 1, untilMs: 0 },
    ...{ isPassing: false, lists: [], segment: undefined, object: undefined },
    get isGone() {
      looks.count += 1;
      return isGone;
    },
    set isGone(value) {
      isGone = value;
    },
  };
}

test("a long list that keeps its newest is tidied in steps, and holds no more than it must", () => {
  const list = new EntryList();
  const looks = { count: 0 };
  let most = 0;
  for (let version = 1; version <= 30_000; version++) {
    looks.count = 0;
    list.append(watched(version, looks));
    const oldest = list.size > 5000 ? list.oldest() : undefined;
    if (oldest !== undefined) {
      oldest.isGone = true;
      list.noteGone();
    }
    most = Math.max(most, looks.count);
  }
  assert.equal(list.size, 5000);
  assert.equal(list.oldest()?.version, 25_001);
  assert.ok(list.entries.length < 11_000, `${list.entries.length} are held`);
  const kept = list.entries.filter(({ isGone }) => !isGone).map(({ version }) => version);
  assert.deepEqual(
    kept,
    Array.from({ length: 5000 }, (_, n) => 25_001 + n),
  );
  assert.ok(most < 500, `one event made it look at ${most}`);
});
