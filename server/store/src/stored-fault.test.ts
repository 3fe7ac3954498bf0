import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { apiVersionOf, kinds, type Resource } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { loadState } from "./engine/load-state.ts";
import { defaultStoreLimits, StoreEngine } from "./engine/store-engine.ts";
import { kindIdOf } from "./engine/store-state.ts";
import { follow } from "./follow.ts";
import { resourceJson } from "./resource-json.ts";
import type { ResourceStore } from "./resource-store.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { faultOf, hasSoundMetadata, type StoredFault } from "./stored-fault.ts";
import { ScriptedBackend } from "./testing/scripted-backend.ts";
import { openSpoiltStore } from "./testing/spoilt-store.ts";
import { typedStore } from "./typed-resources.ts";

const { Hardware } = kinds;
const timeout = 10_000;
let folder: string;
let store: ResourceStore;
let faults: StoredFault[];

const key = (name: string) => ({ namespace: "default", name });
const machine = (name: string, mac: unknown) => ({
  apiVersion: apiVersionOf(Hardware),
  kind: "Hardware",
  metadata: key(name),
  spec: { interfaces: [{ dhcp: { mac } }] },
});

/** Three machines, of which somebody changed two with another program. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stored-fault-"));
  const file = join(folder, "store.db");
  const before = await openSqliteStore(file);
  for (const [at, name] of ["good", "odd", "torn"].entries())
    await before.create(Hardware, machine(name, `02:00:00:00:00:0${at}`));
  await before.close();
  const db = new DatabaseSync(file);
  db.exec(`UPDATE objects SET object = replace(object, '"02:00:00:00:00:01"', '5') WHERE name = 'odd'`);
  db.exec(`UPDATE objects SET object = substr(object, 1, 40) WHERE name = 'torn'`);
  db.close();
  faults = [];
  store = await openSqliteStore(file, { onFault: (fault) => faults.push(fault) });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

test("a row that holds two objects is none of them, and its neighbours are what they were", { timeout }, async () => {
  await store.close();
  const file = join(folder, "store.db");
  const db = new DatabaseSync(file);
  db.exec(`UPDATE objects SET object = object || ',' || object WHERE name = 'good'`);
  db.exec(`UPDATE objects SET object = '' WHERE name = 'torn'`);
  db.close();
  faults = [];
  store = await openSqliteStore(file, { onFault: (fault) => faults.push(fault) });
  assert.deepEqual(faults.map(({ name }) => name).sort(), ["good", "odd", "torn"]);
  const odd = await store.get(Hardware, key("odd"));
  assert.deepEqual([odd?.metadata.name, odd?.spec], ["odd", { interfaces: [{ dhcp: { mac: 5 } }] }]);
});

test("what no schema accepts is named once, with what is wrong and how to mend it", () => {
  assert.deepEqual(
    faults.map(({ kind, namespace, name }) => [kind, namespace, name]),
    [
      ["Hardware", "default", "odd"],
      ["Hardware", "default", "torn"],
    ],
  );
  assert.match(
    faults[0]?.message ?? "",
    /spec\.interfaces\[0\]\.dhcp\.mac: expected a MAC address.*kubectl get hardware -n default odd/,
  );
  assert.match(faults[1]?.message ?? "", /its text is not that of an object of this name/);
});

test("followers and typed readers go on without it", { timeout }, async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const gone = Promise.withResolvers<void>();
  const following = follow({ store, clock: systemClock, signal: stop.signal }, Hardware, {
    onChange: (type, { metadata }) => {
      seen.push(`${type} ${metadata.name}`);
      if (type === "deleted") gone.resolve();
    },
    onError: (error) => assert.fail(String(error)),
  });
  await following.ready;
  const typed = typedStore(store, Hardware);
  assert.deepEqual(
    (await typed.list()).items.map(({ metadata }) => metadata.name),
    ["good"],
  );
  assert.equal(await typed.get(key("odd")), undefined);
  await store.update(Hardware, mended(await store.get(Hardware, key("odd"))));
  await store.delete(Hardware, key("torn"));
  await store.delete(Hardware, key("odd"));
  await gone.promise; // who writes knows before who follows
  stop.abort();
  await following.done;
  assert.deepEqual(seen, ["added good", "added odd", "deleted odd"]);
});

test("people see it as it is, can replace it and delete it", async () => {
  const odd = await store.get(Hardware, key("odd"));
  assert.deepEqual(odd?.spec, { interfaces: [{ dhcp: { mac: 5 } }] });
  const torn = await store.get(Hardware, key("torn"));
  assert.match(torn?.metadata.annotations?.["neverland.dev/unreadable"] ?? "", /^\{"apiVersion":"tinkerbell/);
  assert.equal((await store.list(Hardware)).items.length, 3);
  const replaced = await store.update(Hardware, mended(torn));
  assert.deepEqual([replaced.spec, replaced.apiVersion], [mended(torn).spec, "tinkerbell.org/v1alpha1"]);
  await store.delete(Hardware, key("odd"));
  await store.delete(Hardware, key("torn"));
  assert.equal((await store.list(Hardware)).items.length, 1);
});

/** So many that the store does not wait for the look at each before it opens. */
const many = 3000;

test("no follower meets what no schema accepts, however many objects there are before it", {
  timeout: 30_000,
}, async () => {
  const kindId = kindIdOf(Hardware);
  const rows = Array.from({ length: many }, (_, at) => {
    const { metadata, ...rest } = machine(`m${String(at).padStart(5, "0")}`, at === many - 1 ? 5 : "02:00:00:00:00:01");
    const full = { ...metadata, uid: `u${at}`, resourceVersion: String(at + 1), generation: 1 };
    return { kindId, key: key(metadata.name), version: at + 1, json: JSON.stringify({ ...rest, metadata: full }) };
  });
  const clock = new ManualClock(0);
  const deps = { clock, newUid: () => crypto.randomUUID() };
  const found: StoredFault[] = [];
  const backend = new ScriptedBackend(rows);
  const onFault = (fault: StoredFault) => void found.push(fault);
  const { state, settle } = await loadState(backend, { ...deps, kinds: [Hardware], sinceMs: 0, onFault });
  const large = new StoreEngine(state, backend, deps, defaultStoreLimits, settle);
  const stop = new AbortController();
  const seen: string[] = [];
  const following = follow({ store: large, clock: systemClock, signal: stop.signal }, Hardware, {
    onChange: (type, { metadata }) => seen.push(`${type} ${metadata.name}`),
    onError: (error) => assert.fail(String(error)),
  });
  await following.ready;
  assert.deepEqual([seen.length, found.map(({ name }) => name)], [many - 1, ["m02999"]]);
  // The store's own look at the rest has nothing to add.
  for (let slice = 0; slice < 20; slice += 1) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  stop.abort();
  await following.done;
  await large.close();
  assert.deepEqual([seen.length, found.length], [many - 1, 1]);
});

test("what a write leaves as wrong as it was stays left out", { timeout }, async () => {
  const odd = await store.get(Hardware, key("odd"));
  assert.ok(odd);
  const held = await store.update(Hardware, { ...odd, metadata: { ...odd.metadata, finalizers: ["x/hold"] } });
  assert.deepEqual(held.metadata.finalizers, ["x/hold"]);
  assert.equal(await typedStore(store, Hardware).get(key("odd")), undefined);
  assert.ok(await store.update(Hardware, mended(held)));
  assert.ok(await typedStore(store, Hardware).get(key("odd")));
});

test("who follows metadata alone is given what has a fault elsewhere, and not what cannot be read", {
  timeout,
}, async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const following = follow({ store, clock: systemClock, signal: stop.signal }, Hardware, {
    needs: "metadata",
    onChange: (type, { metadata }) => seen.push(`${type} ${metadata.name}`),
    onError: (error) => assert.fail(String(error)),
  });
  await following.ready;
  stop.abort();
  await following.done;
  assert.deepEqual(seen, ["added good", "added odd"]);
});

test("metadata and members that no schema accepts are a fault as a spec is", { timeout }, async (t) => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: key("word"), data: { word: "aGVsbG8=" } };
  const spoilt = await openSpoiltStore(
    t,
    async (before) => {
      await before.create(Hardware, { ...machine("labelled", "02:00:00:00:00:01") });
      await before.create(kinds.Secret, secret);
    },
    `UPDATE objects SET object = json_set(object, '$.metadata.labels', 5) WHERE name = 'labelled';
     UPDATE objects SET object = json_set(object, '$.data', 'none') WHERE name = 'word'`,
  );
  const labelled = await spoilt.get(Hardware, key("labelled"));
  const word = await spoilt.get(kinds.Secret, key("word"));
  assert.ok(labelled && word);
  assert.match(faultOf(labelled) ?? "", /^metadata\.labels: Invalid input: expected record, received number$/);
  assert.match(faultOf(word) ?? "", /^data: Invalid input: expected record, received string$/);
  assert.deepEqual([hasSoundMetadata(labelled), hasSoundMetadata(word)], [false, true]);
});

test("a row without a spec is named and left out where its kind wants something in it, and there alone", {
  timeout,
}, async (t) => {
  const named: string[] = [];
  const report = {
    ...{ workflow: "default/w", workflowUID: "u", taskID: "t", actionID: "a", agentID: "m", state: "RUNNING" },
    receivedAt: "2026-05-01T12:00:00Z",
  };
  const { ActionReport } = kinds;
  const spoilt = await openSpoiltStore(
    t,
    async (before) => {
      await before.create(Hardware, machine("bare", "02:00:00:00:00:01"));
      for (const name of ["bare", "whole"])
        await before.create(ActionReport, {
          ...{ apiVersion: apiVersionOf(ActionReport), kind: ActionReport.kind, metadata: key(name), spec: report },
        });
    },
    `UPDATE objects SET object = json_remove(object, '$.spec') WHERE name = 'bare'`,
    ({ kind, name }) => void named.push(`${kind} ${name}`),
  );
  const { items } = await typedStore(spoilt, ActionReport).list();
  assert.deepEqual([items.map(({ metadata }) => metadata.name), named], [["whole"], ["ActionReport bare"]]);
  assert.equal((await typedStore(spoilt, Hardware).list()).items.length, 1);
});

function mended(object: Resource | undefined): Resource {
  assert.ok(object);
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: {} },
    spec: { interfaces: [{ dhcp: { mac: "02:00:00:00:00:09" } }] },
  };
}

test("what was mended is told to a watch that goes on from before, also by the next server", { timeout }, async () => {
  const { resourceVersion } = await store.list(Hardware);
  await store.update(Hardware, machine("torn", "02:00:00:00:00:02") as Resource);
  await store.close();
  store = await openSqliteStore(join(folder, "store.db"));
  const { signal } = new AbortController();
  for await (const event of typedStore(store, Hardware).watch({ resourceVersion, signal })) {
    assert.ok(event.type === "modified" && event.object.metadata.name === "torn");
    return;
  }
  assert.fail("the watch ended without an event");
});

test("an object is not left out for what its author wrote, though it is what the store writes of one that cannot be read", {
  timeout,
}, async () => {
  const { spec, ...rest } = mended(await store.get(Hardware, key("torn")));
  const annotations = { "neverland.dev/unreadable": "" };
  await store.update(Hardware, { ...rest, spec, metadata: { ...rest.metadata, annotations } });
  const isSeen = async () => (await typedStore(store, Hardware).get(key("torn"))) !== undefined;
  const atOnce = await isSeen();
  await store.close();
  faults = [];
  store = await openSqliteStore(join(folder, "store.db"), { onFault: (fault) => faults.push(fault) });
  assert.deepEqual([atOnce, await isSeen(), faults.map(({ name }) => name)], [true, true, ["odd"]]);
});

test("the version and the kind of an object are its row's, whatever its text says", { timeout }, async (t) => {
  const versions: (string | undefined)[] = [];
  const spoilt = await openSpoiltStore(
    t,
    async (before) => {
      for (const name of ["a", "b", "c", "d"]) {
        const made = await before.create(Hardware, machine(name, "02:00:00:00:00:01"));
        versions.push(made.metadata.resourceVersion);
      }
    },
    `UPDATE objects SET object = json_set(object, '$.metadata.resourceVersion', 'x') WHERE name = 'a';
     UPDATE objects SET object = json_remove(object, '$.metadata.resourceVersion') WHERE name = 'b';
     UPDATE objects SET object = json_set(object, '$.metadata.resourceVersion', '99') WHERE name = 'c';
     UPDATE objects SET object = json_set(object, '$.kind', 'Template', '$.apiVersion', 5) WHERE name = 'd'`,
  );
  const { items } = await typedStore(spoilt, Hardware).list();
  assert.deepEqual(
    items.map(({ metadata }) => metadata.resourceVersion),
    versions,
  );
  for (const item of items) {
    assert.deepEqual([item.apiVersion, item.kind], [apiVersionOf(Hardware), "Hardware"]);
    assert.deepEqual(JSON.parse(resourceJson(item)), item);
  }
});

test("what an object was before a change is of the version that it had", { timeout }, async () => {
  const good = await store.get(Hardware, key("good"));
  assert.ok(good);
  const page = await store.list(Hardware, { limit: 1 });
  await store.update(Hardware, mended(await store.get(Hardware, key("odd"))));
  const before = await store.list(Hardware, { limit: 1, continueToken: page.continueToken ?? "" });
  await store.close();
  store = await openSqliteStore(join(folder, "store.db"));
  assert.deepEqual(await store.list(Hardware, { limit: 1, continueToken: page.continueToken ?? "" }), before);
});
