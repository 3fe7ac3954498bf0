// What of hostile output reaches a terminal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalText } from "./terminal-text.ts";

test("what a terminal obeys is shown instead", () => {
  const hostile = "\u001b]0;title\u0007\u001b[2J\u009b2J over\rwritten \u202etxt.exe\u2028 \u0000";
  assert.equal(terminalText(hostile), "\\x1b]0;title\\x07\\x1b[2J\\x9b2J over\\x0dwritten \\u202etxt.exe\\u2028 \\x00");
});

test("lines, tabs and all writing stay as they are", () => {
  const text = "a\tb\nc\r\nGröße 机器 🖥\n";
  assert.equal(terminalText(text), text);
});
