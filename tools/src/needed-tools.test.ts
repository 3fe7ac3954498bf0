import assert from "node:assert/strict";
import { test } from "node:test";
import { byNeeds, unableSentence } from "./needed-tools.ts";

const plain = { name: "plain", minutes: 1, proves: "x", files: ["a.ts"] } as const;
const ofGo = { name: "of-go", minutes: 1, proves: "x", files: ["b.ts"], needs: "go" } as const;

test("a test whose tool is missing is left out, and named with what it needs", () => {
  const { able, unable } = byNeeds([plain, ofGo], () => false);
  assert.deepEqual([able, unable], [[plain], [ofGo]]);
  assert.equal(unableSentence(unable), "\nNot run, since it needs Go 1.26 or newer, which is not here: of-go\n");
});

test("where the tool is there, nothing is left out and nothing said", () => {
  const { able, unable } = byNeeds([plain, ofGo], () => true);
  assert.deepEqual([able, unableSentence(unable)], [[plain, ofGo], ""]);
});
