// The table of docs/ports.md has the ports of the list below it, which another test compares with what a running server listens on.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pageSteps } from "./page-blocks.ts";

test("each port that a server listens on is a row of the page, and no other is", async () => {
  const page = await readFile(join(import.meta.dirname, "../../../docs/ports.md"), "utf8");
  const rows = [...page.matchAll(/^\| (UDP|TCP) \| (\d+) \|/gm)].map(([, protocol, port]) => `${protocol} ${port}`);
  const seen = pageSteps(page).flatMap((step) => (step.kind === "seen" ? step.text.split("\n") : []));
  assert.ok(seen.length > 0);
  assert.deepEqual(rows.map((row) => row.toLowerCase()).toSorted(), seen.toSorted());
});
