import assert from "node:assert/strict";
import { test } from "node:test";
import { nearMacs } from "./near-macs.ts";

const mac = "52:54:00:12:34:56";

test("one digit off, two digits or two pairs swapped are near", () => {
  const near = nearMacs(mac);
  for (const typo of ["52:54:00:12:34:57", "52:54:00:a2:34:56", "52:54:00:12:43:56", "52:54:00:12:56:34"])
    assert.ok(near.includes(typo), typo);
});

test("another maker's, two digits off, and the MAC itself are not", () => {
  const near = nearMacs(mac);
  for (const other of [mac, "52:54:01:12:34:56", "52:54:00:12:34:78", "52:54:00:65:43:21"])
    assert.ok(!near.includes(other), other);
});

test("there are no more than a hundred or so, each once", () => {
  const near = nearMacs(mac);
  assert.equal(new Set(near).size, near.length);
  assert.ok(near.length <= 6 * 15 + 8, String(near.length));
});
