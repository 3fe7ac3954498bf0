// What packages that are pure may not use though nothing imports it: clocks, timers, chance and the world beyond the process.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../../..");

const refused = [
  "export const it = Date.now();",
  "export const it = new Date();",
  "export const it = performance.now();",
  "export const it = Temporal.Now.instant();",
  "setTimeout(() => undefined, 5);",
  "export const it = AbortSignal.timeout(5);",
  "export const it = Math.random();",
  'export const it = Math["random"]();',
  "const { random } = Math;\nexport const it = random();",
  "export const it = crypto.randomUUID();",
  "export const it = globalThis.Date;",
  "export const it = process.env.HOME;",
  'export const it = fetch("http://127.0.0.1");',
];
const pure = ["export const it = Math.floor(1.5);", "export type Dated = { readonly Date: string };"];

test("a pure package has no clock, no chance and no world, and others have", async (t) => {
  const copy = await mkdtemp(join(tmpdir(), "neverland-pure-"));
  t.after(async () => await rm(copy, { recursive: true }));
  const { overrides } = JSON.parse(await readFile(join(root, "biome.json"), "utf8"));
  await lay(copy, "biome.json", JSON.stringify({ overrides, linter: { rules: { preset: "none" } } }));
  await mkdir(join(copy, "tools"));
  await copyFile(join(root, "tools/no-chance.grit"), join(copy, "tools/no-chance.grit"));
  for (const folder of ["protocols", "yaml", "templates"])
    for (const [n, text] of [...refused, ...pure].entries()) await lay(copy, `${folder}/src/deep/${n}.ts`, `${text}\n`);
  for (const [n, text] of refused.entries())
    for (const beside of [`api/src/${n}.ts`, `yaml/src/${n}.test.ts`]) await lay(copy, beside, `${text}\n`);
  const argv = ["lint", "--reporter=json", "--max-diagnostics=none", "."];
  const { stdout } = await promisify(execFile)(join(root, "node_modules/.bin/biome"), argv, { cwd: copy }).catch(
    (error: { stdout: string }) => error, // It finds something, and so ends with 1.
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { location: { path: string } }[] };
  const found = new Set(diagnostics.map(({ location }) => location.path));
  const expected = ["protocols", "yaml", "templates"].flatMap((folder) =>
    refused.map((_, n) => `${folder}/src/deep/${n}.ts`),
  );
  assert.deepEqual([...found].sort(), expected.sort());
});

async function lay(folder: string, path: string, text: string): Promise<void> {
  await mkdir(join(folder, dirname(path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
