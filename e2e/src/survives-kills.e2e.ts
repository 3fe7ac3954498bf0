// A server that is killed (SIGKILL) again and again while it installs a machine: nothing acknowledged is lost, nothing runs twice.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { ensureHook, ensureImage } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { runInLabNamespace } from "@neverland/lab";
import type { KillOrder, KillResult } from "./installs-while-killed.ts";

const timeout = 15 * 60_000;
/** Enough to reach into every stage: the script, the worker's start, the writing, the restart, the metadata. */
const kills = 10;

test("a server killed at random moments installs the machine all the same", { timeout }, async ({ signal }) => {
  const cacheDir = defaultCacheDir(process.env);
  const [hookDir, filesDir] = await Promise.all([ensureHook({ cacheDir, signal }), ensureImage({ cacheDir, signal })]);
  const dir = await mkdtemp(join(tmpdir(), "kills-"));
  // Random moments: a failure shows them, and they can be put here to see it again.
  const livesSeconds = Array.from({ length: kills }, () => randomInt(500, 9000) / 1000);
  const order: KillOrder = { dir, hookDir, filesDir, livesSeconds };
  const script = join(import.meta.dirname, "installs-while-killed.ts");
  const argv = [process.execPath, "--disable-warning=ExperimentalWarning", script, JSON.stringify(order)];
  const inside = await runInLabNamespace({ argv, signal, stdio: ["ignore", "pipe", "inherit"] });
  assert.ok(inside.child.stdout);
  let result: KillResult | undefined;
  for await (const line of createInterface(inside.child.stdout)) result = JSON.parse(line) as KillResult;
  const about = `${JSON.stringify(result)} with lives of ${livesSeconds.join(", ")} s; logs are in ${dir}`;
  assert.equal(await inside.exitCode, 0, about);
  assert.equal(result?.state, "SUCCESS", about);
  assert.equal(result.hostname, "demo", about);
  assert.equal(result.kills, kills, about);
  assert.deepEqual(result.starts, { "write-image": 1, "configure-cloud-init": 1, reboot: 1 }, about);
  assert.ok(result.acknowledged > 0, about);
  assert.deepEqual(result.lost, [], about);
  await rm(dir, { recursive: true });
});
