import assert from "node:assert/strict";
import { test } from "node:test";
import { areInRows, rowOf } from "./mac-rows.ts";

test("in a row are the four before and after, over the end of a part, and none beyond the first and the last MAC", () => {
  assert.deepEqual(rowOf("52:54:00:00:00:ff"), [
    ...["52:54:00:00:00:fb", "52:54:00:00:00:fc", "52:54:00:00:00:fd", "52:54:00:00:00:fe"],
    ...["52:54:00:00:01:00", "52:54:00:00:01:01", "52:54:00:00:01:02", "52:54:00:00:01:03"],
  ]);
  assert.equal(rowOf("00:00:00:00:00:01")[0], "00:00:00:00:00:00");
  assert.equal(rowOf("ff:ff:ff:ff:ff:fe").at(-1), "ff:ff:ff:ff:ff:ff");
});

test("a MAC is in no row by itself, and one outside is enough for both", () => {
  const known = new Set(["52:54:00:00:00:10", "52:54:00:00:00:12", "52:54:00:00:00:40"]);
  const isKnown = (mac: string) => known.has(mac);
  assert.ok(areInRows(["52:54:00:00:00:10", "52:54:00:00:00:13"], isKnown));
  assert.ok(!areInRows(["52:54:00:00:00:10", "52:54:00:00:00:18"], isKnown));
  assert.ok(!areInRows(["52:54:00:00:00:40", "52:54:00:00:00:13"], isKnown));
});
