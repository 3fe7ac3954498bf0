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

test("more requirements than a list can hold against each object are refused, however they are written", () => {
  const many = (clause: string, count: number) => Array.from({ length: count }, (_, at) => `${clause}${at}`).join();
  assert.equal(parseLabelSelector(many("!a", 100)).length, 100);
  assert.equal(parseLabelSelector(`a in (${many("v", 3000)})`).length, 1);
  const message = /selector has 101 requirements, and may have 100 at most/;
  assert.throws(() => parseLabelSelector(many("!a", 101)), { reason: "BadRequest", message });
  assert.throws(() => parseFieldSelector(many("f!=", 101), ["f"]), { reason: "BadRequest", message });
});

test("an unclosed parenthesis swallows nothing that comes after it", () => {
  const [first, second] = parseFieldSelector("f=(a,f=b", ["f"]);
  assert.deepEqual(
    [first, second],
    [
      { key: "f", operator: "in", values: ["(a"] },
      { key: "f", operator: "in", values: ["b"] },
    ],
  );
});

test("a text as long as a request may be costs no more than its length", () => {
  const before = process.cpuUsage();
  for (let round = 0; round < 20; round += 1) parseLabelSelector(",".repeat(64_000));
  assert.ok(process.cpuUsage(before).user < 2_000_000);
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
