import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { apiVersionOf, kinds, takeBackFinalizer } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { guardedStore } from "./guarded-store.ts";
import { WritePath } from "./write-path.ts";

const { Template, Workflow } = kinds;
const key = { namespace: "default", name: "a" };
const template = { apiVersion: apiVersionOf(Template), kind: "Template", metadata: key, spec: { data: "x" } };
const finalizer = "foregroundDeletion";
let raw: ResourceStore;
beforeEach(() => {
  raw = openMemoryStore();
});

const writesTo = (store: ResourceStore) => new WritePath({ store, clock: systemClock });

test("a dry run is refused as the deletion would be, and nothing is written by either", async () => {
  const made = await raw.create(Template, template);
  for (const dryRun of [true, false]) {
    for (const preconditions of [{ uid: "another" }, { resourceVersion: "99" }])
      await assert.rejects(writesTo(raw).delete(Template, key, preconditions, { finalizer, dryRun }), {
        code: "conflict",
      });
    const absent = { ...key, name: "absent" };
    await assert.rejects(writesTo(raw).delete(Template, absent, {}, { dryRun }), { code: "not-found" });
  }
  assert.equal(await raw.get(Template, key), made);
});

test("a dry run of an object that finalizers hold answers with it, marked, and leaves it as it is", async () => {
  for (const [own, wanted] of [
    [["x/y"], undefined],
    [[], finalizer],
  ] as const) {
    const made = await raw.create(Template, { ...template, metadata: { ...key, finalizers: [...own] } });
    const { uid } = made.metadata;
    const policy = { dryRun: true, ...(wanted && { finalizer: wanted }) };
    const { resource, isGone } = await writesTo(raw).delete(Template, key, { uid }, policy);
    assert.deepEqual([isGone, resource.metadata.finalizers], [false, wanted ? [wanted] : own]);
    assert.match(resource.metadata.deletionTimestamp ?? "", /^\d{4}-/);
    assert.equal(await raw.get(Template, key), made);
    await raw.update(Template, { ...made, metadata: { ...made.metadata, finalizers: [] } });
    await raw.delete(Template, key);
  }
});

test("a dry run of an object that nothing holds says that it would be gone", async () => {
  const made = await raw.create(Template, template);
  assert.equal((await writesTo(raw).delete(Template, key, {}, { dryRun: true })).isGone, true);
  assert.equal(await raw.get(Template, key), made);
});

test("a deletion goes on beside other writes, unless one takes away what its caller demands", async () => {
  const made = await raw.create(Template, template);
  let edits = 0;
  const store: ResourceStore = {
    ...guardedStore(writesTo(raw), "others"),
    get: async (kind, at) => {
      const found = await raw.get(kind, at);
      if (found && edits++ < 3) await raw.update(kind, { ...found, spec: { data: `${edits}` } });
      return found;
    },
  };
  const { resourceVersion } = made.metadata;
  await assert.rejects(writesTo(store).delete(Template, key, { resourceVersion }, { dryRun: false }), {
    code: "conflict",
  });
  assert.equal(edits, 2); // it looked again, and saw that nothing can come of it
  const { isGone } = await writesTo(store).delete(Template, key, {}, { finalizer, dryRun: false });
  assert.deepEqual([isGone, edits], [false, 4]);
});

test("what was made anew while the one before it was being held is held itself, and not taken for it", async () => {
  const workflow = { apiVersion: apiVersionOf(Workflow), kind: "Workflow", metadata: key, spec: {} };
  const make = async () => {
    const made = await raw.create(Workflow, workflow);
    await raw.updateStatus(Workflow, { ...made, status: { state: "RUNNING" } });
    return made.metadata.uid;
  };
  const before = await make();
  const update: ResourceStore["update"] = async (kind, object) => {
    const held = await raw.update(kind, object);
    if (object.metadata.uid !== before) return held;
    await raw.update(kind, { ...held, metadata: { ...held.metadata, finalizers: [] } });
    await raw.delete(kind, key);
    await make();
    return held;
  };
  const store: ResourceStore = { ...routedStore(raw, new Map()), update };
  const { isGone, resource } = await writesTo(store).delete(Workflow, key, {}, { dryRun: false });
  assert.notEqual(resource.metadata.uid, before);
  assert.deepEqual([isGone, resource.metadata.finalizers], [false, [takeBackFinalizer]]);
});
