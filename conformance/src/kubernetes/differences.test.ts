import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { differences } from "./differences.ts";

const page = new URL("../../../docs/resource-api.md", import.meta.url);

test("the page says where it is not Kubernetes, and nothing else", async () => {
  const text = await readFile(page, "utf8");
  const [, section = ""] = text.split("## Where it is not Kubernetes\n");
  const told = section
    .split("\n## ")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("- "));
  assert.deepEqual(
    told,
    differences.map(({ why }) => `- ${why}`),
  );
});

test("no request differs for two reasons", () => {
  const shown = differences.flatMap(({ shownBy }) => shownBy);
  assert.equal(new Set(shown).size, shown.length);
});
