import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { guardedStore } from "./guarded-store.ts";
import { WriteHealth } from "./write-health.ts";
import { WritePath } from "./write-path.ts";

test("a store that ended is told of for as long as the process lives", async () => {
  const health = new WriteHealth();
  const ended = new StoreError("unavailable", "The store's thread has ended", { isLasting: true });
  await assert.rejects(
    health.watch(
      () => 0,
      async () => await Promise.reject(ended),
    ),
  );
  assert.equal(health.reason(86_400_000), "The store's thread has ended");
});

test("a disk that is full is told until a write succeeds, or for half a minute", async () => {
  const memory = openMemoryStore();
  let isFull = true;
  let nowMs = 0;
  const create: ResourceStore["create"] = async (kind, resource): Promise<Resource> => {
    if (isFull) throw new StoreError("unavailable", "The disk is full: make room");
    return await memory.create(kind, resource);
  };
  let remove: ResourceStore["delete"] = async (kind, key) => await memory.delete(kind, key);
  const store: ResourceStore = Object.assign(Object.create(memory), {
    create,
    get: (...of: Parameters<ResourceStore["get"]>) => memory.get(...of),
    delete: (...of: Parameters<ResourceStore["delete"]>) => remove(...of),
  });
  const told: string[] = [];
  const clock = { ...systemClock, nowMs: () => nowMs };
  const writes = new WritePath({ store, clock, warn: (message) => void told.push(message) });
  const make = async (name: string) => {
    const object = {
      apiVersion: "tinkerbell.org/v1alpha1",
      kind: "Template",
      metadata: { namespace: "default", name },
    };
    return await guardedStore(writes, "tester").create(kinds.Template, object);
  };
  assert.equal(writes.notWritableReason(), undefined);
  await assert.rejects(make("a"), { code: "unavailable" });
  assert.equal(writes.notWritableReason(), "The disk is full: make room");
  isFull = false;
  await make("a");
  assert.equal(writes.notWritableReason(), undefined);
  isFull = true;
  await assert.rejects(make("b"), { code: "unavailable" });
  await assert.rejects(make("NOT VALID"), { code: "invalid" });
  assert.notEqual(writes.notWritableReason(), undefined);
  nowMs = 31_000;
  assert.equal(writes.notWritableReason(), undefined);
  remove = async () => {
    throw new StoreError("unavailable", "The disk broke");
  };
  await assert.rejects(guardedStore(writes, "tester").delete(kinds.Template, { namespace: "default", name: "a" }), {
    code: "unavailable",
  });
  assert.equal(writes.notWritableReason(), "The disk broke");
  const [full, again] = ["objects cannot be written: The disk is full: make room", "objects can be written again"];
  assert.deepEqual(told, [full, again, full, "objects cannot be written: The disk broke"]);
  await memory.close();
});
