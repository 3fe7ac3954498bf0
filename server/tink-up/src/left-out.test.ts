// A component that is left out costs nothing: of its code no more is loaded than what the table needs to know its settings.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";

/** The packages that are components, by the name that `--only` knows. */
const packages = {
  boots: "boots-netboot",
  hegel: "hegel-metadata",
  "action-logs": "action-logs",
  "tink-server": "tink-server",
  controllers: "controllers",
  registry: "oci-registry",
  api: "resource-api",
} as const;
const component = new RegExp(`/server/(${Object.values(packages).join("|")})/src/(.*)$`);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "left-out-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** `PACKAGE/FILE` of each module of a component that was loaded, before and after composition knew what is to run. */
async function loadedBy(only: string) {
  const script = join(import.meta.dirname, "testing/list-modules.ts");
  const args = ["--disable-warning=ExperimentalWarning", script, only, dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  const { before, after } = JSON.parse(stdout) as Record<"before" | "after", string[]>;
  const files = (urls: readonly string[]) => urls.map((url) => component.exec(url)).filter((found) => found !== null);
  return { before: files(before), after: files(after) };
}

for (const [only, runs] of [
  ["boots", ["boots-netboot"]],
  ["hegel", ["hegel-metadata"]],
  ["tink-server", ["action-logs", "tink-server"]],
  ["controllers", ["controllers"]],
  ["registry", ["oci-registry"]],
  ["api", ["action-logs", "resource-api"]],
] as const)
  test(`--only ${only} loads ${runs.join(" and ")}, and no other component`, { timeout: 90_000 }, async () => {
    const { after } = await loadedBy(only);
    assert.deepEqual([...new Set(after.map(([, name]) => name))].toSorted(), runs);
  });

test("the table itself loads of each component its settings alone", { timeout: 90_000 }, async () => {
  const { before } = await loadedBy("hegel");
  assert.deepEqual([...new Set(before.map(([, name]) => name))].toSorted(), Object.values(packages).toSorted());
  const more = before.map(([, name, file]) => `${name}/${file}`).filter((file) => !file.endsWith("/component.ts"));
  // Settings that are many, and the token, which composition makes for whoever has a door.
  assert.deepEqual(more.toSorted(), ["boots-netboot/boots-settings.ts", "resource-api/access-files.ts"]);
});
