import assert from "node:assert/strict";
import { test } from "node:test";
import { counted } from "./counted.ts";

test("one is not said as many, and none is", () => {
  assert.deepEqual(
    [counted(0, "day"), counted(1, "day"), counted(2, "day"), counted(1n, "line is missing", "lines are missing")],
    ["0 days", "1 day", "2 days", "1 line is missing"],
  );
});
