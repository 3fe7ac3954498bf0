// How long, and how much of, the output of deleted workflows is kept.
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Workflow } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { ActionLogStore } from "./action-log-store.ts";
import { type DeletedLimits, DeletedLogs, defaultDeletedLimits } from "./deleted-logs.ts";
import { temporaryFolder } from "./testing/log-bench.ts";

const dayMs = 86_400_000;
const uid = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;

async function setUp(t: TestContext, limits: Partial<DeletedLimits> = {}) {
  const dir = await temporaryFolder(t);
  const clock = new ManualClock(Date.parse("2026-05-01T12:00:00Z"));
  const logs = new ActionLogStore(dir, clock);
  t.after(() => logs.close());
  const open = () => new DeletedLogs({ dir, clock, logs, limits: { ...defaultDeletedLimits, ...limits } });
  const deleted = open();
  const print = async (digit: number, length = 10) => {
    const line = { time: "2026-05-01T12:00:00Z", stream: "stdout", sequence: 1, text: "x".repeat(length) } as const;
    await logs.append({ workflowUID: uid(digit), actionID: "01A" }, [line]);
  };
  return {
    ...{ dir, clock, deleted, open, print },
    keep: async (digit: number, name: string, length?: number) => {
      await print(digit, length);
      await deleted.keep(workflowOf(digit, name));
    },
    left: async () => (await readdir(dir)).toSorted(),
  };
}

function workflowOf(digit: number, name: string): Workflow {
  const actions = [{ id: "01A", name: "stream", image: "i", state: "SUCCESS" as const }];
  return {
    ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", spec: {} },
    metadata: {
      ...{ namespace: "lab", name, uid: uid(digit), resourceVersion: "1", generation: 1 },
      creationTimestamp: "2026-05-01T11:00:00Z",
    },
    status: { state: "SUCCESS", tasks: [{ id: "t", name: "t", agentID: "a", actions }] },
  };
}

const key = (name: string) => ({ namespace: "lab", name });

test("output is kept for a week, and then goes", async (t) => {
  const { clock, deleted, keep, left } = await setUp(t);
  await keep(1, "a");
  clock.advance(7 * dayMs);
  await deleted.prune();
  assert.equal(deleted.find(key("a"))?.uid, uid(1));
  clock.advance(1);
  await deleted.prune();
  assert.deepEqual([deleted.find(key("a")), await left()], [undefined, []]);
});

test("a clock that was set forward makes nothing older", async (t) => {
  const { clock, deleted, keep } = await setUp(t);
  await keep(1, "a");
  clock.setForward(30 * dayMs);
  await deleted.prune();
  assert.equal(deleted.find(key("a"))?.uid, uid(1));
});

test("of too much, in bytes or in number, the one deleted first goes", async (t) => {
  for (const limits of [{ mostBytes: 1000 }, { mostWorkflows: 2 }]) {
    const { deleted, keep, left } = await setUp(t, limits);
    for (const digit of [1, 2, 3]) await keep(digit, `w${digit}`, 300);
    assert.deepEqual(await left(), [uid(2), uid(3)]);
    assert.equal(deleted.find(key("w1")), undefined);
  }
});

test("what is noted of them counts as what they printed", async (t) => {
  const { deleted, keep, left } = await setUp(t, { mostBytes: 2000 });
  const name = "n".repeat(900);
  for (const digit of [1, 2]) await keep(digit, `${name}${digit}`, 1);
  assert.deepEqual([await left(), deleted.find(key(`${name}1`))], [[uid(2)], undefined]);
});

test("of several with one name the one deleted last is found", async (t) => {
  const { deleted, keep } = await setUp(t, { mostWorkflows: 2 });
  for (const digit of [1, 2, 3]) await keep(digit, "a");
  assert.equal(deleted.find(key("a"))?.uid, uid(3));
});

test("the next server knows them, in their order, and deletes what nobody can name", async (t) => {
  const { clock, dir, open, keep, print, left } = await setUp(t, { mostWorkflows: 2 });
  await keep(5, "b");
  clock.advance(1000);
  await keep(4, "a");
  for (const digit of [1, 2, 3]) await print(digit);
  await writeFile(join(dir, uid(3), "deleted.json"), '{"namespace":"lab","na');
  await writeFile(join(dir, "somebody's"), "");
  const next = open();
  await next.load(new Set([uid(1)]), false);
  assert.deepEqual(await left(), [uid(1), uid(4), uid(5), "somebody's"]);
  assert.deepEqual(next.find(key("a"))?.actions, [{ id: "01A", name: "stream" }]);
  await next.keep(workflowOf(1, "c"));
  assert.deepEqual([next.find(key("b")), next.find(key("a"))?.uid], [undefined, uid(4)]);
});

test("while a workflow cannot be read nobody's output is deleted for having no name", async (t) => {
  const { print, open, left } = await setUp(t);
  await print(2);
  await open().load(new Set(), true);
  assert.deepEqual(await left(), [uid(2)]);
});
