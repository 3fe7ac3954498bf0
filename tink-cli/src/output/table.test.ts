import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAge, formatTable } from "./table.ts";

test("columns are as wide as their widest cell, and the last ends its line, as kubectl has it", () => {
  assert.equal(
    formatTable(
      ["Name", "State"],
      [
        ["node-with-a-long-name", "Ready"],
        ["n2", ""],
      ],
    ),
    "NAME                    STATE\nnode-with-a-long-name   Ready\nn2                      \n",
  );
});

const ages: readonly [ms: number, text: string][] = [
  [-5, "0s"],
  [45_999, "45s"],
  [119_000, "119s"],
  [190_000, "3m10s"],
  [180_000, "3m"],
  [3_600_000, "60m"],
  [3 * 3_600_000 + 300_000, "3h5m"],
  [47 * 3_600_000, "47h"],
  [76 * 3_600_000, "3d4h"],
  [40 * 86_400_000, "40d"],
];
for (const [ms, text] of ages) test(`an age of ${ms} ms is ${text}`, () => assert.equal(formatAge(ms), text));
