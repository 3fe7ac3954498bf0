import assert from "node:assert/strict";
import { test } from "node:test";
import { workflowFaults } from "./workflow-wishes.ts";

const status = { tasks: [{ actions: [{ name: "stream" }, { name: "write" }] }] };
const faultsOf = (name: string, value: unknown, more: object = {}) =>
  workflowFaults({ metadata: { annotations: { [`metal.neverland.dev/${name}`]: value } }, ...more });

for (const [name, value, expected] of [
  ["wait-timeout", "two days", /such as 90s, 2h or 7d, or never, found "two days"$/],
  ["wait-timeout", "99999999999999999d", /found "99999999999999999d"$/],
  ["wait-timeout", "", /found ""$/],
  ["retry", "", /did not have before, such as the time, of 1 to 128 characters, found ""$/],
  ["cancel", "x".repeat(129), /of 1 to 128 characters, found "x+/],
  ["retry-from", "wirte", /one of stream, write, found "wirte"$/],
] as const)
  test(`${name}: ${JSON.stringify(value).slice(0, 30)} is a fault`, () => {
    const [fault, ...more] = faultsOf(name, value, { status });
    assert.deepEqual(fault?.path, ["metadata", "annotations", `metal.neverland.dev/${name}`]);
    assert.match(fault?.message ?? "", expected);
    assert.deepEqual(more, []);
  });

test("what is heeded is none, nor what is no text, nor an action of a workflow that was not rendered", () => {
  for (const text of ["90s", "2h", "1h30m", "7d", "never", "0"]) assert.deepEqual(faultsOf("wait-timeout", text), []);
  assert.deepEqual(faultsOf("retry", "now"), []);
  assert.deepEqual(faultsOf("cancel", "x".repeat(128)), []);
  assert.deepEqual(faultsOf("retry-from", "write", { status }), []);
  assert.deepEqual(faultsOf("retry-from", "any"), []);
  assert.deepEqual(faultsOf("cancel", 7), []);
  for (const odd of [{}, { metadata: null }, { metadata: { annotations: [] } }])
    assert.deepEqual(workflowFaults(odd), []);
  assert.deepEqual(faultsOf("retry-from", "x", { status: { tasks: [null, { actions: 7 }] } }), []);
});
