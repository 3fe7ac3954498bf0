import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { apiVersionOf, kinds } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { resourceJson } from "../resource-json.ts";
import { ScriptedBackend } from "../testing/scripted-backend.ts";
import { defaultStoreLimits, StoreEngine, type StoreLimits } from "./store-engine.ts";
import { StoreState } from "./store-state.ts";

const { Template } = kinds;
const own = 64 * 1024;
let clock: ManualClock;
let state: StoreState;
let store: StoreEngine;
const open = (limits: Partial<StoreLimits> = {}) => {
  clock = new ManualClock(Date.parse("2026-01-01T00:00:00Z"));
  state = new StoreState();
  const deps = { clock, newUid: () => crypto.randomUUID() };
  store = new StoreEngine(state, new ScriptedBackend(), deps, { ...defaultStoreLimits, ...limits });
};
beforeEach(() => open());
afterEach(() => store.close());

const template = (name: string, data: string) => ({
  apiVersion: apiVersionOf(Template),
  kind: "Template",
  metadata: { name, namespace: "default" },
  spec: { data },
});
const write = async (count: number): Promise<string[]> => {
  const names = Array.from({ length: count }, (_, at) => `t${at}`);
  const made = await Promise.all(names.map((name) => store.create(Template, template(name, "old"))));
  return made.map(({ metadata }) => metadata.resourceVersion);
};

test("however many past states are asked for, no more is kept than the bounds allow, though nothing is written", async () => {
  open({ listBytes: 10 * own });
  const versions = await write(60);
  for (const atVersion of versions.slice(2, -1)) {
    const { items, resourceVersion } = await store.list(Template, { atVersion, limit: 1 });
    assert.deepEqual([items.length, resourceVersion], [1, atVersion]);
  }
  assert.ok(state.lists.sizeBytes <= 10 * own, `${state.lists.sizeBytes} bytes are kept`);
});

test("what fits on one page is not kept", async () => {
  const [, first = ""] = await write(3);
  assert.equal((await store.list(Template, { atVersion: first, limit: 2 })).items.length, 2);
  assert.equal((await store.list(Template, { atVersion: first })).items.length, 2);
  assert.equal(state.lists.sizeBytes, 0);
});

test("what nobody asks for any more is forgotten in time, though nothing is written", async () => {
  open({ historyBytes: 0 });
  await write(3);
  const { continueToken = "" } = await store.list(Template, { limit: 1 });
  await store.delete(Template, { namespace: "default", name: "t2" });
  clock.advance(defaultStoreLimits.listAgeMs - 1000);
  const second = await store.list(Template, { limit: 1, continueToken });
  assert.equal(second.remainingItemCount, 1);
  clock.advance(defaultStoreLimits.listAgeMs - 1000);
  assert.notEqual(state.lists.sizeBytes, 0);
  clock.advance(2000);
  assert.equal(state.lists.sizeBytes, 0);
  const late = store.list(Template, { limit: 1, continueToken: second.continueToken ?? "" });
  await assert.rejects(late, { code: "gone" });
});

test("a store that is closed waits for the age of no list", async () => {
  await write(2);
  await store.list(Template, { limit: 1 });
  assert.equal(clock.pending, 1);
  await store.close();
  assert.equal(clock.pending, 0);
});

test("past states are made one after another; who would have to wait long is told so", async () => {
  const versions = await write(41);
  const asked = versions.slice(0, 40).map((atVersion) => store.list(Template, { atVersion }));
  const results = await Promise.allSettled(asked);
  const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  assert.deepEqual(
    made.map(({ items, resourceVersion }) => [items.length, resourceVersion]),
    versions.slice(0, 16).map((version, at) => [at + 1, version]),
  );
  const [refused] = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  assert.deepEqual([refused?.code, refused?.isLasting], ["unavailable", false]);
  assert.match(refused?.message, /16 lists of past versions are being made already: ask again/);
  assert.equal((await store.list(Template, { atVersion: versions[20] ?? "" })).items.length, 21);
});

test("what is replaced and deleted after a list was begun counts as kept for it", async () => {
  await write(3);
  await store.list(Template, { limit: 1 });
  const before = state.lists.sizeBytes;
  const replaced = await store.get(Template, { namespace: "default", name: "t1" });
  assert.ok(replaced);
  await store.update(Template, { ...replaced, spec: { data: "new" } });
  await store.update(Template, { ...replaced, metadata: { name: "t1", namespace: "default" }, spec: {} } as never);
  assert.equal(state.lists.sizeBytes - before, resourceJson(replaced).length);
});

test("a process that has nothing else to do does not go on for a kept list", { timeout: 20_000 }, async () => {
  const program = `
    const { openMemoryStore } = await import("${new URL("../memory-store.ts", import.meta.url)}");
    const { kinds } = await import("@neverland/api");
    const store = openMemoryStore();
    for (const name of ["a", "b"])
      await store.create(kinds.Template, { ...{ apiVersion: "", kind: "" }, metadata: { namespace: "default", name } });
    const { continueToken } = await store.list(kinds.Template, { limit: 1 });
    console.log(typeof continueToken);
  `;
  const args = ["--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  assert.equal(stdout, "string\n");
});
