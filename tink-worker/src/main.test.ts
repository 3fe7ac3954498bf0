// The program as it ships: one bundled file.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "@neverland/actions";

const entry = fileURLToPath(new URL("main.ts", import.meta.url));

test("one bundled file is the whole program", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "worker-bundle-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const outfile = join(directory, "tink-worker.cjs");
  writeFileSync(outfile, await bundleProgram(entry));
  const { status, stdout } = spawnSync(process.execPath, [outfile, "--help"], { cwd: directory, encoding: "utf8" });
  assert.equal(status, 0);
  assert.match(stdout, /^tink-worker runs a machine's actions/);
});

test("wrong options are told in one line, and end it with 64", () => {
  const { status, stdout } = spawnSync(process.execPath, [entry, "--id", "a"], { encoding: "utf8", env: {} });
  assert.equal(status, 64);
  assert.match(JSON.parse(stdout).reason, /--grpc-server is not set/);
});
