import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { NewResource, ResourceStore } from "@neverland/store/resource-store.ts";
import { guardedStore } from "./guarded-store.ts";
import { WritePath } from "./write-path.ts";

let raw: ResourceStore;
let store: ResourceStore;
beforeEach(() => {
  raw = openMemoryStore();
  store = guardedStore(new WritePath({ store: raw, clock: systemClock }), "tester");
});
afterEach(() => raw.close());

function hardware(name: string, mac: string, more: Partial<Resource["metadata"]> = {}): NewResource {
  const spec = { interfaces: [{ dhcp: { mac } }] };
  const { apiVersion, kind } = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware" };
  return { apiVersion, kind, metadata: { namespace: "default", name, ...more }, spec };
}

const duplicateOf = (holder: string) => ({ code: "invalid", message: new RegExp(`Hardware ${holder} has it already`) });

test("a component's create is validated as kubectl's is", async () => {
  await assert.rejects(store.create(kinds.Hardware, hardware("m1", "NOT-A-MAC")), {
    code: "invalid",
    message: /spec\.interfaces\[0\]\.dhcp\.mac: Invalid value/,
  });
  await assert.rejects(store.create(kinds.Hardware, hardware("Upper", "52:54:00:00:00:01")), {
    code: "invalid",
    message: /metadata\.name: Invalid value: "Upper"/,
  });
});

test("a component's update is validated, of either half", async () => {
  const made = await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  await assert.rejects(store.update(kinds.Hardware, { ...made, spec: { interfaces: 5 } }), { code: "invalid" });
  await assert.rejects(store.updateStatus(kinds.Hardware, { ...made, status: { state: "Odd" } }), { code: "invalid" });
});

test("of two creates of one MAC at once the second is refused, over namespaces too", async () => {
  const first = store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  const second = store.create(kinds.Hardware, hardware("m2", "52:54:00:00:00:01", { namespace: "other" }));
  const [made, refused] = await Promise.allSettled([first, second]);
  assert.equal(made.status, "fulfilled");
  assert.match(String(refused.status === "rejected" && refused.reason), /Hardware default\/m1 has it already/);
});

test("a MAC that is written already is refused to another, and free again once given up", async () => {
  const made = await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  const other = hardware("m2", "52:54:00:00:00:01");
  await assert.rejects(store.create(kinds.Hardware, other), duplicateOf("default/m1"));
  const next = { interfaces: [{ dhcp: { mac: "52:54:00:00:00:02" } }] };
  await store.update(kinds.Hardware, { ...made, spec: next });
  assert.equal((await store.create(kinds.Hardware, other)).metadata.name, "m2");
});

test("a claim lasts as long as any write of that object, also when another write of it failed", async () => {
  const made = await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  const spec = { interfaces: [{ dhcp: { mac: "52:54:00:00:00:02" } }] };
  const late = { ...made, spec, metadata: { ...made.metadata, resourceVersion: "999" } };
  const writes = [store.update(kinds.Hardware, late), store.update(kinds.Hardware, { ...made, spec })];
  const thief = store.create(kinds.Hardware, hardware("m2", "52:54:00:00:00:02"));
  const results = await Promise.allSettled([...writes, thief]);
  const { items } = await raw.list(kinds.Hardware);
  const macs = items.map((item) => JSON.stringify(item.spec));
  assert.equal(new Set(macs).size, macs.length, `${macs} after ${results.map(({ status }) => status)}`);
});

test("an object that has a duplicate already can still be changed in other ways", async () => {
  await raw.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  const twin = await raw.create(kinds.Hardware, hardware("m2", "52:54:00:00:00:01"));
  const labelled = await store.update(kinds.Hardware, { ...twin, metadata: { ...twin.metadata, labels: { a: "b" } } });
  assert.deepEqual(labelled.metadata.labels, { a: "b" });
});

test("a record never changes, but can lose its owner", async () => {
  const spec = { source: "boots/dhcp", type: "DhcpOffer", message: "offered", time: "2026-01-01T00:00:00.000Z" };
  const ownerReferences = [{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", name: "w", uid: "u" }];
  const metadata = { namespace: "default", name: "e1", ownerReferences };
  const event = { apiVersion: "metal.neverland.dev/v1alpha1", kind: "MachineEvent", metadata, spec };
  const made = await store.create(kinds.MachineEvent, event);
  const changed = { ...made, spec: { ...spec, message: "refused" } };
  await assert.rejects(store.update(kinds.MachineEvent, changed), { code: "unchangeable" });
  const orphan = { ...made, metadata: { ...made.metadata, ownerReferences: [] } };
  assert.deepEqual((await store.update(kinds.MachineEvent, orphan)).metadata.ownerReferences, []);
});

test("an object on its way out takes no new finalizer", async () => {
  const made = await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01", { finalizers: ["x/hold"] }));
  const leaving = await store.delete(kinds.Hardware, made.metadata);
  const metadata = { ...leaving.metadata, finalizers: ["x/hold", "y/more"] };
  await assert.rejects(store.update(kinds.Hardware, { ...leaving, metadata }), {
    code: "invalid",
    message: /no new finalizers/,
  });
});

test("what a component makes is its own; what it changes of another's stays the other's", async () => {
  const managers = ({ metadata }: Resource) => metadata.managedFields?.map(({ manager }) => manager);
  const made = await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  assert.deepEqual(managers(made), ["tester"]);
  const other = guardedStore(new WritePath({ store: raw, clock: systemClock }), "other");
  const spec = { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" }, netboot: { allowPXE: true } }] };
  assert.deepEqual(managers(await other.update(kinds.Hardware, { ...made, spec })), ["tester"]);
});

test("an update from a version that is no more is a conflict, as without the rules", async () => {
  const made = await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  await store.update(kinds.Hardware, { ...made, metadata: { ...made.metadata, labels: { a: "b" } } });
  await assert.rejects(store.update(kinds.Hardware, { ...made, spec: { agentID: "x" } }), { code: "conflict" });
});

test("a component that closes what it was given closes it for nobody else", async () => {
  await store.close();
  await store.create(kinds.Hardware, hardware("m1", "52:54:00:00:00:01"));
  assert.equal((await raw.list(kinds.Hardware)).items.length, 1);
});
