// Completion as a shell uses it: the script it loads, and what the script asks for.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { runCliProcess } from "../testing/cli-bench.ts";

const run = promisify(execFile);

/** The first words of the lines, without the last one, which is a directive for the script. */
async function completed(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await runCliProcess(["complete", "--", ...words], "");
  return stdout
    .trimEnd()
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[0] ?? "");
}

test("the script for bash is one that bash reads, and completes tink", async (t) => {
  const { code, stdout } = await runCliProcess(["completion", "bash"], "");
  assert.equal(code, 0);
  const dir = await mkdtemp(join(tmpdir(), "tink-completion-"));
  t.after(() => rm(dir, { recursive: true }));
  const script = join(dir, "tink.bash");
  await writeFile(script, stdout);
  await run("bash", ["-n", script]);
  const loaded = await run("bash", ["--norc", "-c", `. ${script}; complete -p tink`]);
  assert.match(loaded.stdout, /complete .*-F __tink_complete tink/);
});

for (const command of ["get", "describe", "delete", "watch"])
  test(`tink ${command} is completed with the kinds there are`, async () => {
    assert.deepEqual(await completed(command, ""), [
      "hardware",
      "templates",
      "workflows",
      "machineevents",
      "actionreports",
    ]);
  });

test("tink alone is completed with its commands", async () => {
  const commands = await completed("");
  for (const name of ["demo", "up", "apply", "get", "lab", "completion"]) assert.ok(commands.includes(name), name);
});

test("a shell that there is no script for is exit code 2", async () => {
  const { code, stderr } = await runCliProcess(["completion", "tcsh"], "");
  assert.equal(code, 2);
  assert.match(stderr, /zsh, bash, fish, powershell/);
});
