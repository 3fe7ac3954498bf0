import assert from "node:assert/strict";
import { test } from "node:test";
import { emitYaml, emitYamlPieces } from "./emit-yaml.ts";
import { readYaml } from "./read-yaml.ts";
import { writeYaml } from "./write-yaml.ts";

const readBack = (text: string) => {
  const read = readYaml(text);
  return read.ok ? read.document.value : read.faults;
};

test("an object is written as people write it", () => {
  const value = {
    kind: "Template",
    metadata: { name: "a.b", labels: {}, finalizers: ["x/y"], generation: 1 },
    spec: { data: "one:\n  two\n\nthree\n", list: [{ a: 1, b: [true, null] }, [], [["x"]]], yes: "no", at: "52:54" },
  };
  const text = emitYaml(value);
  assert.equal(
    text,
    `kind: Template
metadata:
  name: a.b
  labels: {}
  finalizers:
  - x/y
  generation: 1
spec:
  data: |
    one:
      two

    three
  list:
  - a: 1
    b:
    - true
    - null
  - []
  - - - x
  "yes": "no"
  at: "52:54"
`,
  );
  assert.deepEqual(readBack(text), value);
});

test("every character survives, in keys as in values, also those that YAML does not print", () => {
  const letters = Array.from({ length: 0x10000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff);
  for (let from = 0; from < letters.length; from += 1024) {
    const value = Object.fromEntries(
      letters
        .slice(from, from + 1024)
        .map((code) => [`k${String.fromCharCode(code)}`, `a${String.fromCharCode(code)}b`]),
    );
    assert.deepEqual(readBack(emitYaml(value)), value);
  }
  const odd = [
    "\u007f",
    "a\n\u007f\n",
    "😀\nb",
    " a\nb",
    "a \nb",
    "a\n\n",
    "\n",
    "",
    "-",
    "- a",
    "#",
    "a: b",
    "0600",
    "1e3",
    "~",
    "2026-01-01",
  ];
  assert.deepEqual(readBack(emitYaml({ odd })), { odd });
  for (const top of [...odd, odd, {}, [], null, 1.5]) assert.deepEqual(readBack(emitYaml(top)), top);
});

test("a key of any length is one", () => {
  const value = { ["k".repeat(3000)]: { a: [1] }, ["l".repeat(3000)]: [{ b: "x\ny" }], ["m".repeat(3000)]: "n" };
  assert.deepEqual(readBack(emitYaml(value)), value);
});

test("what is written in Go's style has no character in it that no reader of YAML takes", () => {
  const value = { text: "a\u007fb", more: ["\u0080", "\ufffe"] };
  const text = writeYaml(value);
  assert.doesNotMatch(text, /(?!\n)\p{Cc}|[\ufffe\uffff]/u);
  assert.deepEqual(readBack(text), value);
});

test("a large value comes in pieces, none of them much longer than another", () => {
  const value = { spec: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`key-${n}`, { list: [n, []] }])) };
  const pieces = [...emitYamlPieces(value)];
  assert.equal(pieces.join(""), emitYaml(value));
  assert.ok(pieces.length > 8 && Math.max(...pieces.map(({ length }) => length)) < 70_000);
});
