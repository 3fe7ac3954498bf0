import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MultiIndex } from "./multi-index.ts";

type Card = { readonly name: string; readonly keys: readonly string[] };
const keysOf = ({ keys }: Card) => keys;

test("finds an object by each of its keys, and none by a key that it lost", () => {
  const index = new MultiIndex<Card>(keysOf);
  index.put("a", { name: "first", keys: ["x", "y"] });
  assert.equal(index.put("a", { name: "second", keys: ["y", "z"] })?.name, "first");
  const names = (key: string) => [...index.find(key).values()].map(({ name }) => name);
  assert.deepEqual([names("x"), names("y"), names("z")], [[], ["second"], ["second"]]);
  assert.equal(index.size, 1);
});

test("an object whose keys cannot be read leaves the one before it in place", () => {
  const index = new MultiIndex<Card>(({ name, keys }) => {
    if (name === "poison") throw new Error("unreadable");
    return keys;
  });
  index.put("a", { name: "sound", keys: ["x"] });
  assert.throws(() => index.put("a", { name: "poison", keys: ["x"] }), /unreadable/);
  assert.equal(index.get("a")?.name, "sound");
  assert.equal(index.find("x").size, 1);
});

test("10,000 objects of one key come and go one by one within a second", () => {
  const index = new MultiIndex<Card>(keysOf);
  const startMs = performance.now();
  for (let at = 0; at < 10_000; at += 1) index.put(`id-${at}`, { name: "", keys: ["shared"] });
  assert.equal(index.find("shared").size, 10_000);
  for (let at = 0; at < 10_000; at += 1) index.delete(`id-${at}`);
  assert.equal(index.find("shared").size, 0);
  // With the square it is tens of seconds.
  assert.ok(performance.now() - startMs < 1000);
});

test("agrees with a plain search after any changes", () => {
  const key = fc.constantFrom("k1", "k2", "k3", "k4");
  const change = fc.record({ id: fc.constantFrom("a", "b", "c"), keys: fc.option(fc.array(key, { maxLength: 4 })) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const index = new MultiIndex<readonly string[]>((keys) => keys);
      const model = new Map<string, readonly string[]>();
      for (const { id, keys } of changes) {
        if (keys === null) index.delete(id);
        else index.put(id, keys);
        if (keys === null) model.delete(id);
        else model.set(id, keys);
      }
      for (const each of ["k1", "k2", "k3", "k4"]) {
        const expected = [...model].filter(([, keys]) => keys.includes(each)).map(([id]) => id);
        assert.equal(index.count(each), expected.length);
        assert.deepEqual([...index.find(each).keys()].sort(), expected.sort());
      }
      assert.equal(index.size, model.size);
    }),
  );
});
