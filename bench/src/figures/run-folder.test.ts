import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

// biome-ignore lint/plugin: for a program that is written here, in a test.
const runFolder = import.meta.resolve("./run-folder.ts");
const program = `
  import { spawn } from "node:child_process";
  import { mkdtemp, writeFile } from "node:fs/promises";
  import { tmpdir } from "node:os";
  import { join } from "node:path";
  import { inRunFolder } from ${JSON.stringify(runFolder)};
  await inRunFolder("trial", async () => {
    await writeFile(join(await mkdtemp(join(tmpdir(), "packages-")), "package"), "x");
    const child = spawn("sleep", ["1000"]);
    console.log(tmpdir(), child.pid);
    await new Promise((resolve) => process.stdin.once("data", resolve));
    child.kill();
    process.stdin.destroy();
  });`;

for (const [what, end, code] of [
  ["is told to stop", (run: ReturnType<typeof spawn>) => run.kill("SIGTERM"), 143],
  ["is done", (run: ReturnType<typeof spawn>) => run.stdin?.write("\n"), 0],
] as const)
  test(`a benchmark that ${what} leaves no folder and no process`, async () => {
    const run = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = (await once(createInterface(run.stdout), "line")) as [string]; // readline's event
    const [dir = "", pid = ""] = line.split(" ");
    assert.match(basename(dir), /^bench-trial-/);
    assert.ok(existsSync(dir));
    end(run);
    assert.deepEqual(await once(run, "exit"), [code, null]);
    assert.deepEqual([existsSync(dir), existsSync(`/proc/${pid}/exe`)], [false, false]);
  });
