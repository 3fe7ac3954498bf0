// Whose logs go at a start: nobody's whose workflow is there, in whatever state.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { systemClock as clock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { ActionLogs } from "./action-logs.ts";
import { temporaryFolder } from "./testing/log-bench.ts";

const { Workflow } = kinds;
const deadline = AbortSignal.timeout(30_000);
const gone = "00000000-0000-4000-8000-000000000001";

/** A workflow, as its row was left by another program, with its log and that of one that is gone. */
async function startWith(t: TestContext, sql: string, given = (store: ResourceStore) => store) {
  const dataDir = await temporaryFolder(t);
  const file = join(dataDir, "store.db");
  const before = await openSqliteStore(file);
  const spec = { templateRef: "t", hardwareRef: "h" };
  const metadata = { namespace: "default", name: "a" };
  const made = await before.create(Workflow, { apiVersion: apiVersionOf(Workflow), kind: "Workflow", metadata, spec });
  await before.close();
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
  for (const uid of [made.metadata.uid, gone]) {
    await mkdir(join(dataDir, "action-logs", uid), { recursive: true });
    await writeFile(join(dataDir, "action-logs", uid, "x.jsonl"), "");
  }
  const store = await openSqliteStore(file);
  t.after(() => store.close());
  const onError = ({ doing, error }: { doing: string; error: unknown }) => assert.fail(`${doing}: ${error}`);
  const gate = { refusal: () => undefined };
  const logs = new ActionLogs({ store: given(store), clock, dataDir, gate, record: () => {}, onError });
  await logs.start(deadline);
  return {
    uid: made.metadata.uid,
    /** Whose logs are left. */
    stop: async () => {
      await logs.stop(deadline);
      return (await readdir(join(dataDir, "action-logs"))).toSorted();
    },
  };
}

const notAcceptable = "UPDATE objects SET object = json_set(object, '$.spec.hardwareRef', 5)";

test("what a workflow printed that no schema accepts is kept, and that of one that is gone is not", async (t) => {
  const { uid, stop } = await startWith(t, notAcceptable);
  assert.deepEqual(await stop(), [uid]);
});

test("while a workflow cannot be read no log is deleted", async (t) => {
  const { uid, stop } = await startWith(t, "UPDATE objects SET object = substr(object, 1, 40)");
  assert.deepEqual(await stop(), [gone, uid].toSorted());
});

test("a workflow that was no longer acceptable keeps its log, though followers are told that it went", async (t) => {
  const told = Promise.withResolvers<void>();
  const telling = (store: ResourceStore): ResourceStore => {
    const watch: ResourceStore["watch"] = async function* (kind, options) {
      const object = await store.get(kind, { namespace: "default", name: "a" });
      if (object !== undefined) yield { type: "deleted", object };
      told.resolve();
      yield* store.watch(kind, options);
    };
    return { ...routedStore(store, new Map()), watch };
  };
  const { uid, stop } = await startWith(t, "", telling);
  await told.promise;
  assert.deepEqual(await stop(), [uid]);
});

test("the output of a workflow that was deleted goes by itself when it was kept long enough", {
  timeout: 20_000,
}, async (t) => {
  const dataDir = await temporaryFolder(t);
  const folder = join(dataDir, "action-logs", gone);
  const time = new ManualClock(Date.parse("2026-05-01T12:00:00Z"));
  await mkdir(folder, { recursive: true });
  const note = { namespace: "lab", name: "a", deletedAt: "2026-05-01T12:00:00Z", actions: [] };
  await writeFile(join(folder, "deleted.json"), JSON.stringify(note));
  const onError = ({ doing, error }: { doing: string; error: unknown }) => assert.fail(`${doing}: ${error}`);
  const gate = { refusal: () => undefined };
  const store = openMemoryStore();
  const deletedLimits = { keepMs: 60_000 };
  const logs = new ActionLogs({ store, clock: time, dataDir, gate, deletedLimits, record: () => {}, onError });
  await logs.start(deadline);
  t.after(() => logs.stop(deadline));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (!logs.reader.hasDeleted({ namespace: "lab", name: "a" })) await turn();
  while (existsSync(folder)) {
    time.advance(600_000);
    await turn();
  }
  assert.ok(time.nowMs() >= Date.parse("2026-05-01T13:00:00Z"));
});
