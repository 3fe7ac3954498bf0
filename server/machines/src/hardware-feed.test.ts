// The feed with a real store: what it makes of a record that nobody can read, and of a store that does not answer.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { apiVersionOf, kinds, type MachineEventInput } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { HardwareFeed, type HardwareFeedDeps } from "./hardware-feed.ts";
import { MachineIndex } from "./machine-index.ts";
import { NetbootLoans } from "./netboot-loans.ts";

const mac = "02:00:00:00:00:01";
const type = { apiVersion: apiVersionOf(kinds.Hardware), kind: "Hardware" };
const inTime = () => AbortSignal.timeout(5000);

function setUp(t: TestContext, more: Partial<HardwareFeedDeps> = {}) {
  const store = openMemoryStore();
  const clock = new ManualClock(0);
  const index = new MachineIndex();
  const events: MachineEventInput[] = [];
  const record = (event: MachineEventInput) => void events.push(event);
  const feed = new HardwareFeed({ store, clock, index, record, onError: () => {}, ...more });
  t.after(async () => {
    await feed.stop(AbortSignal.abort());
    await store.close();
  });
  /** The store takes what it is given: schemas are the write path's. */
  const create = async (name: string, dhcp: object) => {
    const spec = { interfaces: [{ dhcp }] };
    return await store.create(kinds.Hardware, { ...type, metadata: { namespace: "d", name }, spec });
  };
  return { store, clock, index, events, feed, create };
}

test("a record that no schema accepts is named, and the others are known", async (t) => {
  const { feed, index, events, create } = setUp(t);
  await create("bad", { mac: 5 });
  await create("good", { mac });
  await feed.start(inTime());
  assert.equal(index.byMac(mac).found, "one");
  assert.deepEqual(
    events.map(({ type, hardware, reason }) => [type, hardware, reason]),
    [["HardwareUnusable", "d/bad", "NotOfItsSchema"]],
  );
  assert.match(events[0]?.message ?? "", /spec\.interfaces\[0\]\.dhcp\.mac: /);
});

test("a record that becomes unreadable while running costs no further list, and comes back when it is put right", async (t) => {
  const store = openMemoryStore();
  let lists = 0;
  const counted: HardwareFeedDeps["store"] = {
    list: async (...args) => {
      lists += 1;
      return await store.list(...args);
    },
    watch: (...args) => store.watch(...args),
  };
  const told = new EventTarget();
  const { feed, index } = setUp(t, {
    store: counted,
    record: ({ hardware }) => void told.dispatchEvent(new Event(hardware ?? "")),
  });
  t.after(() => store.close());
  const spec = (value: unknown) => ({ interfaces: [{ dhcp: { mac: value } }] });
  const metadata = { namespace: "d", name: "a" };
  const first = await store.create(kinds.Hardware, { ...type, metadata, spec: spec(mac) });
  await feed.start(inTime());
  const named = new Promise((resolve) => told.addEventListener("d/a", resolve, { once: true }));
  const poisoned = await store.update(kinds.Hardware, { ...first, spec: spec(5) });
  await named;
  assert.equal(index.byMac(mac).found, "none");
  await store.update(kinds.Hardware, { ...poisoned, spec: spec(mac) });
  for (const deadline = inTime(); index.byMac(mac).found !== "one"; deadline.throwIfAborted())
    await new Promise(setImmediate);
  assert.equal(lists, 1);
});

test("records that claim one MAC are named on the timelines of both", async (t) => {
  const { feed, events, create } = setUp(t);
  await create("a", { mac });
  await create("b", { mac });
  await feed.start(inTime());
  assert.deepEqual(events.map(({ type, hardware }) => [type, hardware]).sort(), [
    ["HardwareAmbiguous", "d/a"],
    ["HardwareAmbiguous", "d/b"],
  ]);
});

/** A store that is there and does not answer. */
const silent: HardwareFeedDeps["store"] = {
  list: () => new Promise(() => undefined),
  async *watch() {},
};

test("a start is given up with its signal although the store does not answer", async (t) => {
  const { feed } = setUp(t, { store: silent });
  const giveUp = new AbortController();
  const started = feed.start(giveUp.signal);
  giveUp.abort(new Error("the caller went"));
  await assert.rejects(started, /the caller went/);
});

test("a store that does not answer within a minute ends the start with a sentence", async (t) => {
  const { feed, clock } = setUp(t, { store: { ...silent, list: () => Promise.reject(new Error("disk asleep")) } });
  const started = feed.start(inTime());
  // A failure is there to be named once the first list was refused.
  await new Promise(setImmediate);
  clock.advance(60_000);
  await assert.rejects(started, { code: "not-ready", message: /within 60 s: .*disk asleep; look at the store's disk/ });
});

test("a workflow that waits lets its machine netboot, until it is over", async (t) => {
  const { store, index, feed, create } = setUp(t, { loans: new NetbootLoans("unless-installed") });
  await create("m1", { mac });
  await feed.start(inTime());
  const changes: boolean[] = [];
  const told = Promise.withResolvers<void>();
  index.follow({
    upserted: ({ spec }) => {
      if (changes.push(spec?.interfaces?.[0]?.netboot?.allowPXE === true) === 2) told.resolve();
    },
    removed: () => undefined,
  });
  const workflow = await store.create(kinds.Workflow, {
    ...{ apiVersion: apiVersionOf(kinds.Workflow), kind: "Workflow", metadata: { namespace: "d", name: "w" } },
    ...{ spec: { hardwareRef: "m1" }, status: { state: "PENDING" } },
  });
  await store.updateStatus(kinds.Workflow, { ...workflow, status: { state: "RUNNING" } });
  await store.updateStatus(kinds.Workflow, {
    ...workflow,
    metadata: { ...workflow.metadata, resourceVersion: "" },
    status: { state: "SUCCESS" },
  });
  await told.promise;
  // RUNNING changed nothing for it.
  assert.deepEqual(changes, [true, false]);
});
