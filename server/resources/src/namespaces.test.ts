import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { apiVersionOf, type KindInfo, kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { WritePath } from "./write-path.ts";

const { Namespace, Template } = kinds;
const full = new StoreError("unavailable", "The disk is full.");
let raw: ResourceStore;
let writes: WritePath;
/** Namespaces that the store was asked to make, and most of them at a time. */
let asked: string[];
let most: number;
let isFull: boolean;
beforeEach(() => {
  raw = openMemoryStore();
  [asked, most, isFull] = [[], 0, false];
  let underWay = 0;
  const create: ResourceStore["create"] = async (kind, resource) => {
    if (kind !== Namespace) return await raw.create(kind, resource);
    if (isFull) throw full;
    asked.push(resource.metadata.name);
    most = Math.max(most, ++underWay);
    return await raw.create(kind, resource).finally(() => (underWay -= 1));
  };
  const store: ResourceStore = {
    get: (kind, key) => raw.get(kind, key),
    list: (kind, options) => raw.list(kind, options),
    namespaces: (kind) => raw.namespaces(kind),
    update: (kind, resource) => raw.update(kind, resource),
    updateStatus: (kind, resource) => raw.updateStatus(kind, resource),
    delete: (kind, key, preconditions) => raw.delete(kind, key, preconditions),
    watch: (kind, options) => raw.watch(kind, options),
    close: () => raw.close(),
    create,
  };
  writes = new WritePath({ store, clock: systemClock, namespaces: Namespace });
});
afterEach(() => raw.close());

const template = (name: string) => ({ ...common, metadata: { name } });
const common = { apiVersion: apiVersionOf(Template), kind: "Template", spec: { data: "" } };
const post = async (name: string) =>
  await writes.create(Template, template(name), { namespace: "site" }, { manager: "tester", dryRun: false });

test("of many objects that are made at once in a new namespace, one makes it", async () => {
  await Promise.all(Array.from({ length: 300 }, (_, at) => post(`t${at}`)));
  assert.deepEqual(asked, ["site"]);
  assert.equal((await raw.list(Template, { namespace: "site" })).items.length, 300);
});

test("a namespace that could not be made refuses those that waited for it, and is tried again with the next", async () => {
  isFull = true;
  const results = await Promise.allSettled([post("a"), post("b")]);
  assert.deepEqual(
    results.map((result) => result.status === "rejected" && result.reason),
    [full, full],
  );
  isFull = false;
  await post("a");
  assert.deepEqual(asked, ["site"]);
});

test("objects that were there before namespaces were kept have theirs made, together", async () => {
  for (const namespace of ["a", "b", "c"])
    await raw.create(Template, { ...common, metadata: { namespace, name: "t" } });
  await writes.namespaces?.makeAll(Object.values<KindInfo>(kinds));
  assert.deepEqual([asked.toSorted(), most], [["a", "b", "c", "default"], 4]);
  await writes.namespaces?.makeAll(Object.values<KindInfo>(kinds));
  assert.equal(asked.length, 4);
});
