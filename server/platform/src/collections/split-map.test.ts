// Against the plainest thing that could do it; and that no part of it grows large.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SplitMap } from "./split-map.ts";

/** Enough of them to split parts of parts. */
const many = 100_000;

test("has what was set and not deleted", () => {
  const key = fc.constantFrom("a", "b", "ab", "ba", "");
  const step = fc.record({ key, how: fc.constantFrom("set", "getOrInsert", "delete"), value: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const [map, model] = [new SplitMap<number>(), new Map<string, number>()];
      for (const { key, how, value } of steps) {
        for (const each of [map, model])
          if (how === "delete") each.delete(key);
          else each[how as "set"](key, value);
        assert.deepEqual([map.get(key), map.has(key), map.size], [model.get(key), model.has(key), model.size]);
      }
      assert.deepEqual([...map.values()].sort(), [...model.values()].sort());
    }),
  );
});

test("has each of very many, and nothing of those that were deleted", () => {
  const map = new SplitMap<string>();
  const keys = Array.from({ length: many }, (_, index) => `node-${index}`);
  for (const key of keys) map.set(key, key);
  for (const key of keys) assert.equal(map.get(key), key);
  assert.deepEqual(new Set(map.values()), new Set(keys));
  for (const key of keys.slice(1)) assert.equal(map.delete(key), true);
  assert.deepEqual([...map.values()], ["node-0"]);
  assert.equal(map.size, 1);
});

test("takes texts whose hashes are all the same", () => {
  const map = new SplitMap<string>();
  const keys = sameHashes(12);
  for (const key of keys) map.set(key, key);
  assert.deepEqual([...map.values()].sort(), keys.toSorted());
  for (const key of keys) assert.equal(map.get(key), key);
});

for (const [name, keyOf] of [
  ["names", (index: number) => `node-${index}.hall-1.example.com`],
  ["addresses", (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`],
  [
    "MACs",
    (index: number) =>
      `02:00:00:${index
        .toString(16)
        .padStart(6, "0")
        .replace(/..(?=.)/g, "$&:")}`,
  ],
] as const)
  test(`grows a little at a time, whatever the ${name} of machines have in common`, () => {
    const map = new SplitMap<number>();
    for (let index = 0; index < 140_000; index++) map.set(keyOf(index), index);
    assert.equal(map.size, 140_000);
    assert.ok(map.largestPart <= 2048, `a part has ${map.largestPart}`);
  });

/** Twice as many with each step: of FNV-1a two texts that lead from one state to the same one are found among some ten thousands. */
function sameHashes(steps: number): string[] {
  let [state, texts] = [0x811c9dc5, [""]];
  for (let step = 0; step < steps; step++) {
    const byState = new Map<number, string>();
    for (let number = 0; ; number++) {
      const text = String(number).padStart(7, "0");
      const next = [...text].reduce((hash, unit) => Math.imul(hash ^ unit.charCodeAt(0), 0x01000193), state);
      const other = byState.getOrInsert(next, text);
      if (other === text) continue;
      texts = texts.flatMap((before) => [before + text, before + other]);
      state = next;
      break;
    }
  }
  return texts;
}
