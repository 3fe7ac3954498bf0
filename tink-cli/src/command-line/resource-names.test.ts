import assert from "node:assert/strict";
import { test } from "node:test";
import { readKind, readTargets } from "./resource-names.ts";

for (const name of ["workflow", "workflows", "wf", "Workflow", "workflows.tinkerbell.org", "wf.tinkerbell.org"]) {
  test(`${name} is a Workflow`, () => assert.equal(readKind(name).kind, "Workflow"));
}

test("an unknown kind is refused with those there are", () => {
  assert.throws(() => readKind("pods"), /no resource "pods".*hardware, templates, workflows/);
});

test("reads KIND NAME…, and KIND/NAME… of several kinds", () => {
  const names = (words: string[]) => readTargets(words).map(({ kind, name }) => `${kind.kind}:${name ?? ""}`);
  assert.deepEqual(names(["hw"]), ["Hardware:"]);
  assert.deepEqual(names(["hw,wf"]), ["Hardware:", "Workflow:"]);
  assert.deepEqual(names(["hw", "a", "b"]), ["Hardware:a", "Hardware:b"]);
  assert.deepEqual(names(["hw/a", "wf/b"]), ["Hardware:a", "Workflow:b"]);
  assert.throws(() => readTargets(["hw/a", "b"]), /b: expected KIND\/NAME/);
  assert.throws(() => readTargets(["wf", "a", "hw/b"]), /^CliError: hw\/b: wf stands in front, so names follow;/);
});
