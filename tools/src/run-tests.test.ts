// The runner of tests, on files that hang in each of the ways there are.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";

const head = `import { before, test } from "node:test"; import { createServer } from "node:http";`;
const forEver = "new Promise(() => setInterval(() => {}, 1000))";

const cases = [
  [
    "a test that hangs fails at its deadline",
    `test("hangs", async () => { const waiting = setInterval(() => {}, 1000); setTimeout(() => clearInterval(waiting), 8000); await new Promise(() => {}); });`,
    /FAILED .*hangs\n.*timed out after 4000ms[\s\S]*\n0 passed, 1 failed/,
  ],
  [
    "a file whose tests passed and that left a server open fails, and is named",
    `test("passes", () => {}); createServer().listen(0, "127.0.0.1");`,
    /FAILED .*it.test.mjs: no test of it ran for 6 s, and it did not end[\s\S]*\n1 passed, 1 failed/,
  ],
  [
    "a file that hangs before its first test fails, and is named",
    `await ${forEver};`,
    /FAILED .*it.test.mjs: no test of it ran for 6 s[\s\S]*\n0 passed, 1 failed/,
  ],
  [
    "a test that names its own deadline has that",
    `test("takes long", { timeout: 20_000 }, async () => { await new Promise((done) => setTimeout(done, 6000)); });`,
    /^1 passed, 0 failed/m,
  ],
  [
    "a suite of another file is over before the file that runs it is",
    `(await import("./suite.mjs")).suite(); test("takes long", { timeout: 20_000 }, async () => { await new Promise((done) => setTimeout(done, 12_000)); });`,
    /^2 passed, 0 failed/m,
  ],
] as const;

for (const [name, text, said] of cases)
  test(name, { timeout: 60_000 }, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), "neverland-runner-"));
    t.after(() => rm(dir, { recursive: true }));
    const file = join(dir, "it.test.mjs");
    await writeFile(join(dir, "suite.mjs"), `${head}\nexport const suite = () => test("of the suite", () => {});\n`);
    await writeFile(file, `${head}\n${text}\n`);
    assert.match(
      await output(
        [join(import.meta.dirname, "run-tests.ts"), "--seconds", "4", relative(process.cwd(), file)],
        t.signal,
      ),
      said,
    );
  });

/** Whatever it ends with. */
async function output(argv: readonly string[], signal: AbortSignal): Promise<string> {
  // Else it would take itself for a file of this run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, ["--disable-warning=ExperimentalWarning", ...argv], { env, signal }, (error, stdout) =>
      signal.aborted ? reject(error) : resolve(stdout),
    );
  });
}
