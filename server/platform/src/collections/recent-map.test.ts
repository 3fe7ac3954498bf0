import assert from "node:assert/strict";
import { test } from "node:test";
import { recentMap } from "./recent-map.ts";

test("forgets what was not asked for longest, beyond its size", () => {
  const map = recentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.get("a");
  map.set("c", 3);
  assert.deepEqual([map.get("a"), map.get("b"), map.get("c"), map.size], [1, undefined, 3, 2]);
});

test("a set entry takes its newest value and no second place", () => {
  const map = recentMap<string, number>(2);
  map.set("a", 1);
  map.set("a", 2);
  map.set("b", 3);
  assert.deepEqual([map.get("a"), map.get("b")], [2, 3]);
});
