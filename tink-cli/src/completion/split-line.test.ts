import assert from "node:assert/strict";
import { test } from "node:test";
import { splitLine } from "./split-line.ts";

const cases: readonly [line: string, words: readonly string[]][] = [
  ["tink", ["tink"]],
  ["tink ", ["tink", ""]],
  ["tink  get hw", ["tink", "get", "hw"]],
  ["tink --data-dir '/my data/a' get", ["tink", "--data-dir", "/my data/a", "get"]],
  ['tink -f "half', ["tink", "-f", "half"]],
  ["tink -f my\\ file", ["tink", "-f", "my file"]],
  ["tink '$(rm -r x)' `y` ", ["tink", "$(rm -r x)", "`y`", ""]],
  ["tink explain 52:54:00", ["tink", "explain", "52:54:00"]],
];
for (const [line, words] of cases)
  test(`splits ${JSON.stringify(line)}`, () => {
    assert.deepEqual(splitLine(line), words);
  });
