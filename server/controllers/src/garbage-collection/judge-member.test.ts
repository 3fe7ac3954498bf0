import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { apiVersionOf, type KindInfo, kinds, type Resource } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { openSpoiltStore } from "@neverland/store/testing/spoilt-store.ts";
import { waitUntil } from "../testing/controller-bench.ts";
import { collectGarbage } from "../testing/garbage-collection.ts";
import { judgeMember } from "./judge-member.ts";

const { Template, Workflow } = kinds;
const of = (kind: KindInfo, name: string, metadata: Partial<Resource["metadata"]> = {}) => ({
  ...{ apiVersion: apiVersionOf(kind), kind: kind.kind },
  metadata: { namespace: "default", name, ...metadata },
  spec: {},
});
const ownedKey = of(Template, "owned").metadata;
const ownerKey = of(Workflow, "owner").metadata;

/** A workflow, and a template that it owns. @param finalizer What the workflow is deleted with, when it is. */
async function makePair(store: ResourceStore, finalizer?: string): Promise<void> {
  const finalizers = finalizer === undefined ? [] : [finalizer];
  const { metadata } = await store.create(Workflow, of(Workflow, "owner", { finalizers }));
  const ownerReferences = [{ apiVersion: apiVersionOf(Workflow), kind: "Workflow", name: "owner", uid: metadata.uid }];
  await store.create(Template, of(Template, "owned", { ownerReferences }));
  if (finalizer !== undefined) await store.delete(Workflow, metadata);
}

/** The pair, of which no schema accepts the template, and the collector that is to run on it. */
async function setUpSpoilt(t: TestContext, finalizer: string) {
  let collector: ReturnType<typeof collectGarbage> | undefined;
  // Before the store is closed.
  t.after(() => collector?.stop(AbortSignal.timeout(1000)));
  const store = await openSpoiltStore(t, (before) => makePair(before, finalizer), spoilTemplate);
  collector = collectGarbage(store);
  return { store, collector };
}

const spoilTemplate = "UPDATE objects SET object = json_set(object, '$.spec.data', 5) WHERE name = 'owned'";

test("what is owned by an object that cannot be read stays", async (t) => {
  const torn = "UPDATE objects SET object = substr(object, 1, 40) WHERE name = 'owner'";
  const store = await openSpoiltStore(t, makePair, torn);
  const object = await store.get(Template, ownedKey);
  assert.ok(object);
  await judgeMember(Template, ownedKey, { store, kinds: [Template, Workflow] });
  assert.equal(await store.get(Template, ownedKey), object);
});

test("an orphaning delete reaches a dependent that no schema accepts", async (t) => {
  const { store, collector } = await setUpSpoilt(t, orphanFinalizer);
  await collector.start(AbortSignal.timeout(5000));
  await waitUntil(async () => (await store.get(Workflow, ownerKey)) === undefined);
  assert.deepEqual((await store.get(Template, ownedKey))?.metadata.ownerReferences, []);
});

test("a foreground delete takes a dependent that no schema accepts, and waits for it", async (t) => {
  const { store, collector } = await setUpSpoilt(t, foregroundFinalizer);
  const live = await store.get(Template, ownedKey);
  assert.ok(live);
  const held = await store.update(Template, { ...live, metadata: { ...live.metadata, finalizers: ["x/hold"] } });
  await collector.start(AbortSignal.timeout(5000));
  await waitUntil(async () => Boolean((await store.get(Template, ownedKey))?.metadata.deletionTimestamp));
  assert.ok(await store.get(Workflow, ownerKey));
  await store.update(Template, { ...held, metadata: { ...held.metadata, resourceVersion: "", finalizers: [] } });
  await waitUntil(async () => (await store.get(Workflow, ownerKey)) === undefined);
  assert.equal(await store.get(Template, ownedKey), undefined);
});

test("an owner that belongs to no namespace owns in all of them", async () => {
  const Site: KindInfo = { ...Workflow, kind: "Site", plural: "sites", scope: "cluster" };
  const store = openMemoryStore();
  const deps = { store, kinds: [Template, Site] };
  const metadata = { namespace: "", name: "site", finalizers: [foregroundFinalizer] };
  const site = await store.create(Site, { ...of(Site, "site"), metadata });
  const ownerReferences = [{ apiVersion: apiVersionOf(Site), kind: "Site", name: "site", uid: site.metadata.uid }];
  for (const namespace of ["a", "b"])
    await store.create(Template, of(Template, "owned", { namespace, ownerReferences }));
  await judgeMember(Template, { namespace: "a", name: "owned" }, deps);
  assert.equal((await store.list(Template)).items.length, 2);
  await store.delete(Site, site.metadata);
  await judgeMember(Site, site.metadata, deps);
  assert.deepEqual((await store.list(Template)).items, []);
  await judgeMember(Site, site.metadata, deps);
  assert.equal(await store.get(Site, site.metadata), undefined);
});

/** Each owns the next, and the last the first; all are deleted with what they own. */
async function deleteCircle(store: ResourceStore, names: readonly string[]): Promise<void> {
  const finalizers = [foregroundFinalizer];
  const made: Resource[] = [];
  for (const name of names) made.push(await store.create(Workflow, of(Workflow, name, { finalizers })));
  for (const [at, object] of made.entries()) {
    const owner = made.at(at - 1)?.metadata;
    assert.ok(owner);
    const reference = { apiVersion: apiVersionOf(Workflow), kind: "Workflow", name: owner.name, uid: owner.uid };
    await store.update(Workflow, { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } });
  }
  for (const name of names) await store.delete(Workflow, of(Workflow, name).metadata);
}

for (const names of [["self"], ["a", "b"], ["a", "b", "c"]]) {
  test(`a foreground delete of ${names.length} that own each other comes to its end`, async (t) => {
    const store = openMemoryStore();
    await deleteCircle(store, names);
    assert.equal((await store.list(Workflow)).items.length, names.length);
    const collector = collectGarbage(store);
    t.after(() => collector.stop(AbortSignal.timeout(1000)));
    await collector.start(AbortSignal.timeout(5000));
    await waitUntil(async () => (await store.list(Workflow)).items.length === 0);
  });
}
