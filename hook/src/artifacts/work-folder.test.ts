import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { makeWorkFolder } from "./work-folder.ts";

test("what a killed process left is removed by the next of its kind, and nothing else", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "work-folder-"));
  t.after(() => rm(parent, { recursive: true }));
  const gone = spawnSync("true").pid;
  const old = new Date(Date.now() - 2 * 60 * 60_000);
  const left = [`build-${gone}-abcdef`, `build-${process.pid}-abcdef`, `build-other-${gone}-abcdef`, `build-${gone}`];
  for (const name of left) {
    await mkdir(join(parent, name));
    await utimes(join(parent, name), old, old);
  }
  const young = `build-${gone}-ghijkl`;
  await mkdir(join(parent, young));
  const made = await makeWorkFolder(parent, "build");
  assert.match(basename(made), new RegExp(`^build-${process.pid}-\\w{6}$`));
  assert.deepEqual((await readdir(parent)).sort(), [...left.slice(1), young, basename(made)].sort());
});
