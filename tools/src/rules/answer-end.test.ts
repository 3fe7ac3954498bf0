// Who waits for the end of an answer may begin to when it is over already: 'close' comes but once, so that one function listens for it.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../../..");
const sources = globSync("server/*/src/**/*.ts", { cwd: root }).filter(
  (path) => !path.endsWith(".test.ts") && !path.includes("node_modules"),
);
/** The second one listens in the turn in which the answer is made. */
const allowed = ["server/platform/src/http/answer-over.ts", "server/platform/src/http/open-connections.ts"];

test("only answer-over.ts listens for the end of an answer", () => {
  const listens = /\b(response|raw)\.(once|on)\(\s*"close"|\bonce\(\s*(response|reply\.raw|raw),\s*"close"/;
  const found = sources.filter((path) => listens.test(readFileSync(join(root, path), "utf8")));
  assert.deepEqual(found.sort(), allowed);
});
