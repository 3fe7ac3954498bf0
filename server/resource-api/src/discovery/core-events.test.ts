import assert from "node:assert/strict";
import { test } from "node:test";
import { type KindInfo, kinds } from "@neverland/api";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ListOptions, StoreError } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { coreEvent, coreEvents } from "./core-events.ts";

/** As MachineEvent, and about a kind of which the view has never heard. */
const record: KindInfo = {
  ...kinds.MachineEvent,
  indexes: [...kinds.MachineEvent.indexes, "spec.rack"],
  about: [...kinds.MachineEvent.about, { kind: "Rack", path: "spec.rack", by: "name" }],
};

const involving = (kind: string, name: string): ListOptions => ({
  fields: [
    { key: "involvedObject.kind", operator: "in", values: [kind] },
    { key: "involvedObject.name", operator: "in", values: [name] },
  ],
});

async function setUp() {
  const store = openMemoryStore();
  const add = async (name: string, spec: object) =>
    await store.create(record, { apiVersion: "", kind: "", metadata: { namespace: "default", name }, spec });
  await add("of-machine", { hardware: "m1", workflow: "default/w1", type: "MachineBooted" });
  await add("of-rack", { rack: "r1", type: "PowerLost" });
  await add("of-unknown", { mac: "02:00:00:00:00:01", type: "DhcpRefused" });
  await add("of-nothing", { source: "registry", type: "ImageNotFound" });
  const events = coreEvents(store, record);
  const about = async (options: ListOptions) =>
    (await events.list(coreEvent, options)).items.map((event) => {
      const { kind, name } = Reflect.get(event, "involvedObject");
      return `${event.metadata.name}: ${kind} ${name}`;
    });
  return { about };
}

test("an event of several objects is shown as about the one that is asked for", async () => {
  const { about } = await setUp();
  assert.deepEqual(await about(involving("Hardware", "m1")), ["of-machine: Hardware m1"]);
  assert.deepEqual(await about(involving("Workflow", "w1")), ["of-machine: Workflow w1"]);
});

test("what events are about is the record's to say", async () => {
  const { about } = await setUp();
  assert.deepEqual(await about(involving("Rack", "r1")), ["of-rack: Rack r1"]);
  assert.deepEqual(await about(involving("Template", "r1")), []);
});

test("without being asked for it is the nearest that it names, for a machine that nothing describes its MAC, for none who tells", async () => {
  const { about } = await setUp();
  assert.deepEqual(await about({}), [
    "of-machine: Hardware m1",
    "of-nothing: Component registry",
    "of-rack: Rack r1",
    "of-unknown: MachineView 02-00-00-00-00-01",
  ]);
});

test("of two machines of one name the uid tells whose events are asked for", async () => {
  const store = openMemoryStore();
  const metadata = { namespace: "default", name: "m1" };
  const hardware = await store.create(kinds.Hardware, { apiVersion: "", kind: "", metadata });
  const madeMs = Date.parse(hardware.metadata.creationTimestamp ?? "");
  for (const [name, ms] of [
    ["before", madeMs - 1],
    ["since", madeMs],
  ] as const) {
    const spec = { hardware: "m1", type: "DhcpOffer", source: "boots/dhcp", time: new Date(ms).toISOString() };
    await store.create(record, { apiVersion: "", kind: "", metadata: { namespace: "default", name }, spec });
  }
  const ask = async (uid: string) => {
    const uidOnly = { key: "involvedObject.uid", operator: "in", values: [uid] } as const;
    const { fields = [] } = involving("Hardware", "m1");
    const { items } = await coreEvents(store, record).list(coreEvent, {
      namespace: "default",
      fields: [...fields, uidOnly],
    });
    return items.map(({ metadata: { name } }) => name);
  };
  assert.deepEqual(await ask(hardware.metadata.uid), ["since"]);
  assert.deepEqual(await ask("another"), ["before"]);
});

test("a store that cannot say who of a name is present fails the watch that asks, and nothing else", async (t) => {
  const store = openMemoryStore();
  t.after(() => store.close());
  const stop = new AbortController();
  t.after(() => stop.abort());
  const get = async () => await Promise.reject(new StoreError("unavailable", "the disk is gone"));
  const { fields = [] } = involving("Hardware", "m1");
  const uid = { key: "involvedObject.uid", operator: "in", values: ["one"] } as const;
  const watch = coreEvents({ ...routedStore(store, new Map()), get }, record).watch(coreEvent, {
    fields: [...fields, uid],
    signal: stop.signal,
  });
  await new Promise(setImmediate); // A rejection that nobody handles is the process's end by now.
  await assert.rejects(async () => {
    for await (const _ of watch);
  }, /the disk is gone/);
});
