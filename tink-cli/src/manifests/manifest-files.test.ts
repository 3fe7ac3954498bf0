// What -f names may be a pipe that is written to when somebody gets to it: that it is waited for is said.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startCli } from "../testing/cli-bench.ts";

test("a pipe that nobody has written to yet is waited for, which is said, and then read", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "manifest-files-"));
  t.after(() => rm(folder, { recursive: true }));
  const pipe = join(folder, "site.yaml");
  execFileSync("mkfifo", [pipe]);
  const apply = startCli(["apply", "-f", folder, "--dry-run"]);
  await apply.warned(/waiting for it/);
  await writeFile(pipe, "apiVersion: tinkerbell.org/v1alpha1\nkind: Template\nmetadata: {name: t}\n");
  const { code, stdout, stderr } = await apply.ended;
  assert.deepEqual([code, stdout], [0, "1 object is valid\n"]);
  assert.equal(stderr, `tink: -f ${folder} has not come to its end yet; waiting for it (Ctrl-C gives up)\n`);
});
