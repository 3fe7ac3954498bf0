// What a package shows is what another one uses: a manifest's list of exports is its door, and knip takes whatever stands there for used.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../../..");
const isOurs = (path: string): boolean => !path.includes("node_modules");
const manifests = globSync(["*/package.json", "server/*/package.json"], { cwd: root }).filter(isOurs);
const sources = globSync(["*/src/**/*.ts", "server/*/src/**/*.ts"], { cwd: root }).filter(isOurs);
const texts = sources.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

for (const manifest of manifests) {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, manifest), "utf8"));
  const folder = manifest.slice(0, -"package.json".length);
  for (const entry of Object.keys(exports).filter((entry) => !entry.includes("*"))) {
    const specifier = `"${name}${entry.slice(1)}"`;
    test(`${specifier} is used outside its package`, () => {
      assert.ok(texts.some(({ path, text }) => !path.startsWith(folder) && text.includes(specifier)));
    });
  }
}
