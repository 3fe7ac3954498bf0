// Family relations of processes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { descendants, processEntry } from "./process-tree.ts";

test("children of children are found, strangers and the root are not", () => {
  const processes = [
    { pid: 5, parentPid: 4 },
    { pid: 4, parentPid: 2 },
    { pid: 3, parentPid: 1 },
    { pid: 2, parentPid: 1 },
  ];
  assert.deepEqual(descendants(processes, 2), [4, 5]);
});

test("a name with brackets and spaces does not shift the fields", () => {
  assert.deepEqual(processEntry("77 (a) S 9 (x)) S 42 77 77 0 -1"), { pid: 77, parentPid: 42 });
});
