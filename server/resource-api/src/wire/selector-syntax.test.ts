import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiFault } from "./api-fault.ts";
import { parseFieldSelector, parseLabelSelector } from "./selector-syntax.ts";

test("reads every form of a label selector", () => {
  assert.deepEqual(parseLabelSelector("a=b,c==d, e!=f ,x.y/g in (1,2),h notin (3),i,!j,k>3,l < -4"), [
    { key: "a", operator: "in", values: ["b"] },
    { key: "c", operator: "in", values: ["d"] },
    { key: "e", operator: "not-in", values: ["f"] },
    { key: "x.y/g", operator: "in", values: ["1", "2"] },
    { key: "h", operator: "not-in", values: ["3"] },
    { key: "i", operator: "exists" },
    { key: "j", operator: "not-exists" },
    { key: "k", operator: "above", bound: 3n },
    { key: "l", operator: "below", bound: -4n },
  ]);
  assert.deepEqual(parseLabelSelector(""), []);
});

test("a label selector that makes no sense is refused", () => {
  for (const text of ["a=b=c", "a in b", "=b", "a in (b", "!", "a b", "a>b", "a>", "a>=3"])
    assert.throws(() => parseLabelSelector(text), { reason: "BadRequest" });
});

test("a field selector names known fields only", () => {
  const fields = ["metadata.name", "status.state"];
  assert.deepEqual(parseFieldSelector("metadata.name=a,status.state!=b c", fields), [
    { key: "metadata.name", operator: "in", values: ["a"] },
    { key: "status.state", operator: "not-in", values: ["b c"] },
  ]);
  assert.throws(() => parseFieldSelector("spec.x=a", fields), { message: /field label not supported: spec\.x/ });
});

test("any text is read or refused, in no time", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", ",", "(", ")", "=", "!", " ", "in", ".", "<", ">", "7"), maxLength: 200 }),
      (text) => {
        try {
          parseLabelSelector(text);
        } catch (error) {
          assert.ok(error instanceof ApiFault);
        }
      },
    ),
  );
});
