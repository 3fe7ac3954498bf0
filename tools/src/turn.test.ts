import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { installations, longTests } from "./long-tests.ts";
import { describeTurn, turnOf } from "./turn.ts";

const commits = Array.from({ length: 200 }, (_, i) => i.toString(16).padStart(40, "0"));
const budgetMinutes = 20;

test("a commit's tests are the same each time, and fit the time", () => {
  for (const commit of commits) {
    const turn = turnOf(commit, longTests, budgetMinutes);
    assert.deepEqual(turn, turnOf(commit, longTests.toReversed(), budgetMinutes));
    assert.ok(turn.chosen.reduce((sum, { minutes }) => sum + minutes, 0) <= budgetMinutes);
    assert.equal(turn.chosen.length + turn.left.length, longTests.length);
  }
});

test("every test gets its turn", () => {
  const seen = new Set(commits.flatMap((commit) => turnOf(commit, longTests, budgetMinutes).chosen));
  assert.deepEqual(new Set(longTests), seen);
});

test("the lot is told with its reason", () => {
  const rows = [
    { name: "a", minutes: 2, proves: "that a is", files: ["a.e2e.ts"] },
    { name: "b", minutes: 9, proves: "that b is", files: ["b.e2e.ts"] },
  ] as const;
  assert.equal(
    describeTurn("0123456789abcdef", turnOf("0123456789abcdef", rows, 5), 5),
    "The lot of commit 0123456789ab among the long tests, 5 minutes of them:\n  a (2 min): that a is\nLeft to other commits:\n  b (9 min): that b is\n",
  );
});

test("every slow test and every installation is in the table or in npm test, once, and is there", () => {
  const named = [...longTests.flatMap(({ files }) => files), ...installations].sort();
  const patterns = ["{*,server/*}/src/**/*.slow.test.ts", "e2e/src/**/*.e2e.ts"];
  assert.deepEqual(named, globSync(patterns, { exclude: ["**/node_modules/**"] }).sort());
});

test("names are one word and their own", () => {
  const names = longTests.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
});
