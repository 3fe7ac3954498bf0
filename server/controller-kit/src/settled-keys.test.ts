import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { SettledKeys } from "./settled-keys.ts";

const key = "default/a";
const outcome = { wakeAtMs: 100, settledVersion: "7" };

async function atVersion(resourceVersion: string): Promise<Resource> {
  const store = openMemoryStore();
  const { apiVersion, metadata } = await store.create(kinds.Template, {
    ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Template", spec: {} },
    metadata: { namespace: "default", name: "a" },
  });
  return { apiVersion, kind: "Template", metadata: { ...metadata, resourceVersion } };
}

function settled(): SettledKeys {
  const keys = new SettledKeys();
  keys.begin(key, undefined, 0);
  keys.end(key, outcome);
  return keys;
}

test("what a run wrote last is no reason for another, which waits for its time as before", async () => {
  assert.deepEqual(settled().begin(key, await atVersion("7"), 99), { wakeAtMs: 100 });
});

test("another's write, the time itself and the object's end are reasons", async () => {
  assert.equal(settled().begin(key, await atVersion("8"), 99), undefined);
  assert.equal(settled().begin(key, await atVersion("7"), 100), undefined);
  assert.equal(settled().begin(key, undefined, 99), undefined);
});

test("what else is told is a reason once, also when it came while the run was under way", async () => {
  const keys = new SettledKeys();
  keys.begin(key, undefined, 0);
  keys.tell(key);
  keys.end(key, outcome);
  assert.equal(keys.begin(key, await atVersion("7"), 50), undefined);
  keys.end(key, outcome);
  assert.deepEqual(keys.begin(key, await atVersion("7"), 50), { wakeAtMs: 100 });
});

test("a run without a version leaves nothing settled, and one without a time its own write, once", async () => {
  const keys = new SettledKeys();
  keys.end(key, { wakeAtMs: 100 });
  assert.equal(keys.begin(key, await atVersion("7"), 50), undefined);
  keys.end(key, { settledVersion: "7" });
  assert.equal(keys.begin(key, await atVersion("8"), 50), undefined);
  keys.end(key, { settledVersion: "7" });
  assert.deepEqual(keys.begin(key, await atVersion("7"), 50), { wakeAtMs: undefined });
  assert.equal(keys.begin(key, await atVersion("7"), 50), undefined);
});
