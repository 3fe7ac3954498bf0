// Bodies that were made to cost more than they weigh.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readObject, readPatch } from "./request-body.ts";

const yaml = (text: string): unknown => readObject(Buffer.from(text), "application/yaml");
const json = (text: string): unknown => readObject(Buffer.from(text), "application/json");

test("YAML is read as kubectl's user means it", () => {
  assert.deepEqual(yaml("spec:\n  mac: 52:54:00:00:00:01\n  on: yes\n"), {
    spec: { mac: "52:54:00:00:00:01", true: true },
  });
  assert.deepEqual(readPatch(Buffer.from('{"a": 1}'), "apply"), { a: 1 });
});

test("YAML in braces is YAML", () => {
  assert.deepEqual(yaml("{spec: {mac: '52:54:00:00:00:01', ready: true}}\n"), {
    spec: { mac: "52:54:00:00:00:01", ready: true },
  });
});

for (const [name, text, reason] of [
  ["keys of keys", "? ".repeat(100_000), /line 1, column \d+: mappings and lists are nested more than 100 levels deep/],
  ["lists of lists", "[".repeat(100_000), /line 1, column \d+: .* nested/],
  ["a list without end", "- a\n".repeat(750_000), /line \d+, column \d+: the document is too large/],
  ["a mapping as a key", "a:\n  ? {b: 1}\n", /line 2, column 5: a key must be a text, not a mapping/],
] as const)
  test(`${name}, in YAML, are refused with their place within two seconds of CPU`, () => {
    const before = process.cpuUsage();
    assert.throws(() => yaml(text), { reason: "BadRequest", message: reason });
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 2_000_000, `it took ${(user + system) / 1000} ms`);
  });

for (const [name, text] of [
  ["lists", `{"a":${"[".repeat(1_400_000)}${"]".repeat(1_400_000)}}`],
  ["objects", `${'{"a":'.repeat(500_000)}1${"}".repeat(500_000)}`],
  ["lists that never end", `{"a":${"[".repeat(1_400_000)}`],
] as const)
  test(`JSON of nested ${name} is refused and not followed`, () => {
    assert.throws(() => json(text), { reason: "BadRequest" });
  });

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, "v"]));

for (const [name, value] of [
  ["annotations", { metadata: { annotations: many(10_001) } }],
  ["a status", { status: many(10_001) }],
  ["owners of fields", { metadata: { managedFields: [many(40_001)] } }],
] as const)
  test(`a body with more values in ${name} than an object may have is refused as it is read`, () => {
    const text = Buffer.from(JSON.stringify(value));
    for (const read of [() => json(text.toString()), () => readPatch(text, "apply"), () => readPatch(text, "merge")])
      assert.throws(read, { reason: "RequestEntityTooLarge", message: /at most 10000 values/ });
  });

test("an object that is as large as may be is read with its status and the owners of its fields", () => {
  const value = { metadata: { annotations: many(10_000), managedFields: [many(20_000)] }, status: many(10_000) };
  assert.deepEqual(json(JSON.stringify(value)), value);
});
