// Against the plainest thing that could do it: a list of who came, in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Holders } from "./holders.ts";

const people = ["a", "b", "c"].map((name) => ({ name }));
const step = fc.record({ who: fc.constantFrom(...people), value: fc.constantFrom("x", "y"), comes: fc.boolean() });

test("those who hold a value are found in the order they came, and whoever left is not", () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const holders = new Holders<{ name: string }>();
      const model: Record<string, { name: string }[]> = { x: [], y: [] };
      for (const { who, value, comes } of steps) {
        const others = (model[value] ?? []).filter((each) => each !== who);
        const isThere = others.length < (model[value]?.length ?? 0);
        if (comes) holders.add(value, who);
        else holders.delete(value, who);
        if (!comes) model[value] = others;
        else if (!isThere) model[value] = [...others, who];
        assert.equal(holders.count(value), model[value]?.length);
        assert.deepEqual(holders.first(value, 2), model[value]?.slice(0, 2));
      }
    }),
  );
});
