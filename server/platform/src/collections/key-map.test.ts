// Against the plainest thing that could do it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KeyMap } from "./key-map.ts";

const key = fc.record({ namespace: fc.constantFrom("a", "b", "a/b"), name: fc.constantFrom("c", "b/c", "d") });
const step = fc.record({ key, value: fc.option(fc.nat(9)) });

test("has what was set and not deleted, whatever the keys have in common", () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const map = new KeyMap<number>();
      const model = new Map<string, number>();
      for (const { key, value } of steps) {
        const id = JSON.stringify([key.namespace, key.name]);
        assert.equal(value === null ? map.delete(key) : map.set(key, value), model.get(id));
        if (value === null) model.delete(id);
        else model.set(id, value);
        assert.equal(map.get(key), model.get(id));
        assert.equal(map.has(key), model.has(id));
      }
      assert.equal(map.size, model.size);
      assert.deepEqual([...map.values()].sort(), [...model.values()].sort());
    }),
  );
});
