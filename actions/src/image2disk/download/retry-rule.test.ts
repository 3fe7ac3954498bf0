import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTry, usualRule } from "./retry-rule.ts";

test("without RETRY_ENABLED the fifth failure in a row is the last, with longer and longer pauses before", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((failures) => nextTry(usualRule, failures, 0)),
    [500, 1000, 2000, 4000, "give-up"],
  );
});

test("with RETRY_ENABLED time alone decides, and no pause is longer than 15 s", () => {
  const rule = { ...usualRule, maxMs: 600_000 };
  assert.equal(nextTry(rule, 50, 599_999), 15_000);
  assert.equal(nextTry(rule, 1, 600_000), "give-up");
});
