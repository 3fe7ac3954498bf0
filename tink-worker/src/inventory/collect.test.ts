// The inventory of the machine that runs the tests, and of one that has nothing to read.

import assert from "node:assert/strict";
import { cpus } from "node:os";
import { test } from "node:test";
import { toBinary } from "@bufbuild/protobuf";
import { AgentAttributesSchema } from "@neverland/api/workflow";
import { collectAttributes } from "./collect.ts";

test("this machine's threads are those that Node counts", () => {
  assert.equal(collectAttributes().cpu?.totalThreads, cpus().length);
});

test("it is small enough to go with every question", () => {
  assert.ok(toBinary(AgentAttributesSchema, collectAttributes()).length < 32_768);
});

test("a machine without /proc and /sys has an inventory all the same", () => {
  assert.deepEqual(collectAttributes("/nonexistent").block, []);
});
