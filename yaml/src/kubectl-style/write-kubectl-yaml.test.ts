// Beside kubectl itself it is tried in tink-cli/src/commands/objects/get-as-kubectl.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readYaml } from "../read-yaml.ts";
import { writeKubectlYaml } from "./write-kubectl-yaml.ts";

function readBack(text: string): unknown {
  const read = readYaml(text, { maxAliasNodes: 0 });
  assert.ok(read.ok, read.ok ? "" : `${read.faults[0].message}\n${text}`);
  return read.document.value;
}

const texts = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
  fc
    .array(
      fc.constantFrom(..."aeyn01:#-? \n\t'\"{[,&*!|>%@`=~.<\u0085\u2028\u00a0é😀".split(""), "words words words "),
      { maxLength: 40 },
    )
    .map((parts) => parts.join("")),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    ...[
      texts,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      fc.boolean(),
      fc.constant(null),
    ],
    ...[
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(
        texts.filter((key) => key !== "__proto__"),
        tie("json"),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ],
  ),
}));

test("what was written is read again", () => {
  fc.assert(fc.property(json, (value) => assert.deepEqual(readBack(writeKubectlYaml({ value })), { value })));
});

test("keys stand in order, digits being numbers, and lists stand where their keys do", () => {
  const value = { z10: [1, { b: [], a: {} }], z9: { x: null }, "a-b": true, Ab: "x", a1: 1.5e7, a0: 0.25 };
  assert.equal(
    writeKubectlYaml(value),
    "Ab: x\na-b: true\na0: 0.25\na1: 15000000\nz9:\n  x: null\nz10:\n- 1\n- a: {}\n  b: []\n",
  );
});

test("a key of any length is one", () => {
  const value = { ["k".repeat(200)]: { a: [1] }, ["l".repeat(200)]: [{ b: "x\ny" }], "m\n": "n" };
  assert.deepEqual(readBack(writeKubectlYaml(value)), value);
});

test("what would merge, and what kubectl's own reader loses, is in quotes", () => {
  assert.equal(writeKubectlYaml({ "<<": { a: "\u0085x" } }), '"<<":\n  a: "\\Nx"\n');
});

test("a day that there is is quoted, and one that there is not is text like any other", () => {
  for (const day of ["2024-02-29", "2000-02-29", "2023-12-31", "0000-01-01"])
    assert.equal(writeKubectlYaml({ a: day }), `a: "${day}"\n`);
  for (const text of ["2023-02-29", "1900-02-29", "2024-06-31", "2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32"])
    assert.equal(writeKubectlYaml({ a: text }), `a: ${text}\n`);
});
