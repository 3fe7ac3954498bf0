// What of a text is left on one line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "./one-line.ts";

for (const [text, expected] of [
  ["web1", "web1"],
  ["web1\n", "web1"],
  ["h\nboot", "h boot"],
  ["a\r\n\r\nb", "a b"],
  ["\u001b[2J\u0007gone", "[2J gone"],
  ["\u009b2Jc1", "2Jc1"],
  ["txt.\u202eexe\u2028next\u0085", "txt. exe next"],
  ["half a \ud800 pair", "half a   pair"],
  ["Größe 10 µm, 机器 🖥", "Größe 10 µm, 机器 🖥"],
] as const)
  test(`${JSON.stringify(text)} is the line ${JSON.stringify(expected)}`, () => {
    assert.equal(oneLine(text), expected);
  });
