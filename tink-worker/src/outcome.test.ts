// What the server hears about an action's end.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exitSentence, formatDuration, messageLimitBytes, outcomeMessage } from "./outcome.ts";

for (const [durationMs, text] of [
  [0, "0ms"],
  [340.9, "340ms"],
  [12_000, "12s"],
  [62_999, "1m2s"],
  [60_000, "1m"],
  [3_720_000, "1h2m"],
  [3_605_000, "1h"],
  [90_000_000, "1d1h"],
] as const)
  test(`${durationMs} ms are written ${text}`, () => assert.equal(formatDuration(durationMs), text));

test("an exit by signal names the signal", () => {
  assert.equal(exitSentence(137, 5000), "The action ended with exit code 137 (ended by SIGKILL) after 5s.");
});

test("the last lines stay, the oldest go", () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`);
  const message = outcomeMessage("It failed.", lines);
  assert.match(message, /^It failed\.\nLast lines of output:\nline \d+\n/);
  assert.match(message, /line 999$/);
  assert.doesNotMatch(message, /line 1\n/);
});

test("lines of JSON are told in words", () => {
  const line = '{"time":"2026-01-01T00:00:00Z","level":"ERROR","msg":"The image is empty"}';
  assert.equal(outcomeMessage("It failed.", [line]), "It failed.\nLast lines of output:\nERROR The image is empty");
});

test("no message is ever over its limit, nor cut inside a character", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 3000 }),
      fc.array(fc.string({ unit: "binary", maxLength: 500 })),
      (head, lines) => {
        const message = outcomeMessage(head.repeat(3), lines);
        assert.ok(Buffer.byteLength(message) <= messageLimitBytes);
      },
    ),
  );
  assert.equal(outcomeMessage("ü".repeat(3000), []).endsWith("ü..."), true);
});
