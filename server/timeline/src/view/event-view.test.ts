// Lists, pages and watches of events.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type MachineEvent } from "@neverland/api";
import type { WatchEvent } from "@neverland/store/resource-store.ts";
import { defaultBudgets } from "../budgets/event-budgets.ts";
import { mac, offer, startTimeline, type TimelineBench } from "../testing/timeline-bench.ts";

const kind = kinds.MachineEvent;
const hourMs = 3_600_000;

function record(bench: TimelineBench, ...messages: readonly string[]): void {
  for (const message of messages) bench.timeline.record({ ...offer, message });
}

const only = (key: string, value: string) => ({ fields: [{ key, operator: "in", values: [value] }] }) as const;

test("events are found by Hardware, MAC, workflow, type and name, and not in other namespaces", async () => {
  await using bench = await startTimeline();
  record(bench, "one");
  const started = { source: "tink-server", type: "ActionStarted", message: "two" } as const;
  bench.timeline.record({ ...started, hardware: "m1", workflow: "lab/install" });
  bench.timeline.record({ ...started, mac: "02:00:00:00:00:02", message: "three" });
  const found = async (key: string, value: string, namespace?: string) =>
    (await bench.specs({ ...only(key, value), ...(namespace && { namespace }) })).map(({ message }) => message);
  assert.deepEqual(await found("spec.hardware", "m1"), ["one", "two"]);
  assert.deepEqual(await found("spec.hardware", "m1", "default"), []);
  assert.deepEqual(await found("spec.mac", "02:00:00:00:00:02"), ["three"]);
  assert.deepEqual(await found("spec.workflow", "lab/install"), ["two"]);
  assert.deepEqual(await found("spec.type", "ActionStarted"), ["two", "three"]);
  assert.deepEqual(await found("spec.mac", mac), ["one", "two"]);
  assert.deepEqual(await bench.timeline.view.namespaces(kind), ["lab", "default"]);
  const [first] = (await bench.events.list()).items;
  assert.deepEqual(await found("metadata.name", first?.metadata.name ?? "", "lab"), ["one"]);
});

test("pages of one list show what there was when it was begun", async () => {
  await using bench = await startTimeline();
  record(bench, "a", "b", "c");
  const first = await bench.events.list({ limit: 2 });
  record(bench, "d");
  const second = await bench.events.list({ limit: 2, continueToken: first.continueToken ?? "" });
  const messages = [first, second].map(({ items }) => items.map(({ spec }) => spec?.message));
  assert.deepEqual(messages, [["a", "b"], ["c"]]);
  assert.equal(first.pagesLast, true);
  assert.equal(second.continueToken, undefined);
  await assert.rejects(bench.events.list({ continueToken: "x" }), { code: "gone" });
});

test("a watch goes on from a list, misses nothing, and all watches share one object", async () => {
  await using bench = await startTimeline();
  record(bench, "a", "b");
  const { resourceVersion } = await bench.events.list({ limit: 1 });
  const stop = new AbortController();
  const watch = (n: number) =>
    take(bench.timeline.view.watch(kind, { ...only("spec.hardware", "m1"), resourceVersion, signal: stop.signal }), n);
  const both = Promise.all([watch(2), watch(2)]);
  record(bench, "c", "d");
  const [one, other] = await both;
  stop.abort();
  assert.deepEqual(one.map(messageOf), ["c", "d"]);
  assert.equal(objectOf(one[0]), objectOf(other[0]));
  assert.throws(() => Object.assign(objectOf(one[0])?.metadata ?? {}, { name: "x" }), TypeError);
});

test("a watch from before what is forgotten, or from beyond what there is, has to list again", async () => {
  await using bench = await startTimeline({ perMachine: 2 });
  record(bench, "a", "b", "c", "d");
  const signal = AbortSignal.timeout(5000);
  for (const resourceVersion of ["0", "99"])
    await assert.rejects(take(bench.timeline.view.watch(kind, { resourceVersion, signal }), 1), { code: "gone" });
});

test("what comes and goes beyond a budget makes no watch list again: a machine's noise, and made-up MACs", async () => {
  await using bench = await startTimeline({
    budgets: {
      ...defaultBudgets,
      refusals: { count: 1, windowMs: hourMs },
      unknownMacs: { count: 0, windowMs: hourMs },
    },
    strangersPerLink: 4,
  });
  const { resourceVersion } = await bench.events.list();
  const noise = async (n: number): Promise<void> => {
    const nak = { source: "boots/dhcp", type: "DhcpNak", reason: "WrongAddress", mac } as const;
    bench.timeline.record({ ...nak, message: `asked for 10.0.0.${n}` });
    const unknown = { source: "boots/dhcp", type: "DhcpIgnored", reason: "UnknownMachine", link: "eth0" } as const;
    bench.timeline.record({ ...unknown, mac: `02:00:00:00:00:0${n}`, message: "nobody's" });
    await bench.pass(1000);
  };
  for (let n = 0; n < 9; n += 1) await noise(n);
  record(bench, "step");
  const signal = AbortSignal.timeout(5000);
  const seen = await take(bench.timeline.view.watch(kind, { resourceVersion, signal }), 7);
  const messages = ["asked for 10.0.0.0", ...Array.from({ length: 4 }, () => "nobody's"), "asked for 10.0.0.8", "step"];
  assert.deepEqual(seen.map(messageOf).toSorted(), messages.toSorted());
});

test("a watch of what does not happen is told how far it is", async () => {
  await using bench = await startTimeline();
  const signal = AbortSignal.timeout(5000);
  const told = take(bench.timeline.view.watch(kind, { ...only("spec.hardware", "other"), signal }), 1);
  record(bench, "a");
  await bench.timeline.flush();
  bench.clock.advance(10_000);
  assert.deepEqual(await told, [{ type: "bookmark", resourceVersion: "1" }]);
});

test("a time that is none of RFC 3339 is now, since Go's clients could not read the list", async () => {
  await using bench = await startTimeline();
  const spec = { time: "2026", lastTime: "yesterday", type: "PoweredOn", source: "lab", message: "on" };
  const metadata = { namespace: "default", name: "e1" };
  const made = await bench.timeline.view.create(kind, { apiVersion: "", kind: "", metadata, spec });
  const { time, lastTime } = (made as MachineEvent).spec ?? {}; // the view's kind
  assert.deepEqual([time, lastTime], [new Date(bench.clock.nowMs()).toISOString(), undefined]);
});

async function take(events: AsyncIterable<WatchEvent>, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}

function objectOf(event: WatchEvent | undefined): MachineEvent | undefined {
  return event === undefined || event.type === "bookmark" ? undefined : (event.object as MachineEvent); // the view's kind
}

function messageOf(event: WatchEvent): string | undefined {
  return objectOf(event)?.spec?.message;
}
