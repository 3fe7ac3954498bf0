import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "./entry-list.ts";
import { RepeatCounts } from "./repeat-counts.ts";

function entry(version: number, isPassing: boolean): Entry {
  return {
    ...{ version, atMs: 0, namespace: "lab", name: `e${version}`, text: "", isPassing, count: 1, untilMs: 0 },
    ...{ isGone: false, lists: [], segment: undefined, object: undefined },
  };
}

test("only events that are in a file have their counts written down, each once, and the rest when there is room", async () => {
  let room = 1;
  const written: number[] = [];
  const closeCount = ({ version }: Entry): void => void written.push(version);
  const counts = new RepeatCounts({ closeCount, makeRoom: async () => room-- > 0 });
  const [stranger, ...known] = [entry(1, true), entry(2, false), entry(3, false)];
  for (const each of [stranger, ...known, ...known]) counts.seenAgain(each, 1, 7);
  await counts.write();
  assert.deepEqual(written, [2]);
  room = 5;
  await counts.write();
  assert.deepEqual(written, [2, 3]);
  assert.deepEqual(
    [stranger, ...known].map(({ count, untilMs }) => [count, untilMs]),
    [
      [2, 7],
      [3, 7],
      [3, 7],
    ],
  );
});
