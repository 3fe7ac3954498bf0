import assert from "node:assert/strict";
import { test } from "node:test";
import { freezeJson, frozenCopy } from "./resource-json.ts";

for (const [what, value] of [
  ["of everything that JSON has", { a: [1, "x", null, true, { b: {} }], c: {}, d: [], e: 1.5 }],
  ["without what JSON leaves out", { a: undefined, b: () => 1, c: Symbol("s"), d: [undefined, () => 1] }],
  ["of numbers that JSON has not", { a: Number.NaN, b: [Number.POSITIVE_INFINITY], c: -0 }],
  ["of what says itself how it is written", { a: new Date(0), b: { toJSON: () => ({ c: 1 }) } }],
  ["of a member called as the prototype", JSON.parse('{"a":{"__proto__":{"b":1}},"__proto__":2}')],
  [
    "of what has another prototype",
    { a: Object.assign(Object.create({ inherited: 1 }), { own: 2 }), b: new Map([[1, 2]]) },
  ],
] as const)
  test(`a copy ${what} is what is read back from its JSON`, () => {
    assert.deepStrictEqual(frozenCopy(value), JSON.parse(JSON.stringify(value)));
  });

test("a copy is frozen to its leaves, and shares what was frozen", () => {
  const shared = freezeJson({ a: [{ b: 1 }] });
  const copy = frozenCopy({ shared, own: [{ c: {} }], given: { list: [1] } });
  assert.equal(copy.shared, shared);
  assert.ok([copy, copy.own, copy.own[0], copy.own[0]?.c, copy.given.list].every((part) => Object.isFrozen(part)));
});
