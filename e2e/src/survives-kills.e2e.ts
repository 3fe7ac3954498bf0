// A server that is killed (SIGKILL) again and again while it installs a machine: nothing acknowledged is lost, nothing runs twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import type { KillOrder, KillResult } from "./installs-while-killed.ts";
import { orderLabInstall } from "./order-lab-install.ts";

const timeout = 15 * 60_000;
/** Enough to reach into every stage: the script, the worker's start, the writing, the restart, the metadata. */
const kills = 10;

test("a server killed at random moments installs the machine all the same", { timeout }, async (t) => {
  const random = seededRandom(t);
  const livesSeconds = Array.from({ length: kills }, () => 0.5 + random() * 8.5);
  const order = { livesSeconds };
  await orderLabInstall<KillOrder, KillResult>("installs-while-killed.ts", order, t.signal, ({ result, about }) => {
    assert.equal(result.state, "SUCCESS", about);
    assert.equal(result.hostname, "demo", about);
    assert.equal(result.kills, kills, about);
    assert.deepEqual(result.starts, { "write-image": 1, "configure-cloud-init": 1, reboot: 1 }, about);
    assert.ok(result.acknowledged > 0, about);
    assert.deepEqual(result.lost, [], about);
  });
});
