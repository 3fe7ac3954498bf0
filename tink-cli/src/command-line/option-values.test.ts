import assert from "node:assert/strict";
import { test } from "node:test";
import { readTimeout } from "./option-values.ts";

const times: readonly [text: string, seconds: number][] = [
  ["0", 0],
  ["90", 90],
  ["3s", 3],
  ["2m", 120],
  ["1m30s", 90],
  ["1h", 3600],
];
for (const [text, seconds] of times) test(`${text} is ${seconds} s`, () => assert.equal(readTimeout(text), seconds));

for (const text of ["", "s", "soon", "-1", "1.5", "1s1m", "2147484"])
  test(`"${text}" is no time`, () => assert.throws(() => readTimeout(text), /such as 1m30s/));
