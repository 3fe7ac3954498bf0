// What is kept, for how long, and what it costs to find it.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { moveOldEvents } from "../log/move-old-events.ts";
import { offer, startMs, startTimeline, type TimelineBench } from "../testing/timeline-bench.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const deadline = AbortSignal.timeout(60_000);

/** Steps of any machine, with a name for each minute's budget. */
function record(bench: TimelineBench, name: string, count: number): void {
  for (let n = 0; n < count; n++) {
    if (n % 100 === 0) bench.clock.advance(60_000);
    bench.timeline.record({
      source: "lab",
      type: "FileServed",
      hardware: `default/${name}`,
      message: `${name} ${n} ${"x".repeat(200)}`,
    });
  }
}

const ofMachine = (hardware: string) =>
  ({ fields: [{ key: "spec.hardware", operator: "in", values: [hardware] }] }) as const;

test("a machine's newest thousand are kept, also after a restart", async () => {
  await using bench = await startTimeline();
  record(bench, "busy", 1200);
  const kept = async () => {
    const specs = await bench.specs(ofMachine("busy"));
    return [specs.length, specs[0]?.message?.slice(0, 8), specs.at(-1)?.message?.slice(0, 9)];
  };
  assert.deepEqual(await kept(), [1000, "busy 200", "busy 1199"]);
  await bench.restart();
  assert.deepEqual(await kept(), [1000, "busy 200", "busy 1199"]);
});

test("what is older than its age goes with its file", async () => {
  await using bench = await startTimeline({ segmentBytes: 10_000 });
  record(bench, "old", 100);
  bench.clock.advance(89 * dayMs);
  record(bench, "new", 100);
  await bench.timeline.flush();
  const files = async () => (await readdir(join(bench.dir, "events"))).length;
  const before = await files();
  bench.clock.advance(2 * dayMs);
  await bench.restart();
  const kept = await Promise.all(["old", "new"].map(async (name) => (await bench.specs(ofMachine(name))).length));
  assert.ok((await files()) < before / 2 + 2);
  // The file in which both are goes later.
  assert.ok(Number(kept[0]) < 30 && kept[1] === 100, String(kept));
});

test("a noisy machine fills the disk with what is forgotten, and takes nothing from the quiet ones", async () => {
  await using bench = await startTimeline({ segmentBytes: 20_000, mostBytes: 100_000, perMachine: 50 });
  const quiet = async () => (await bench.specs(ofMachine("quiet"))).map(({ message }) => message?.slice(0, 7));
  record(bench, "quiet", 5);
  const before = await quiet();
  for (let n = 0; n < 10; n++) {
    record(bench, "noisy", 200);
    await bench.timeline.flush();
    bench.clock.advance(hourMs);
    await bench.timeline.flush();
  }
  assert.deepEqual(await quiet(), before);
  await bench.restart();
  assert.deepEqual(await quiet(), before);
  assert.equal((await bench.specs(ofMachine("noisy"))).length, 50);
  const files = await readdir(join(bench.dir, "events"));
  assert.ok(files.length <= 8, files.join());
});

test("a disk that is full when files are dropped loses none of what they hold", async () => {
  await using bench = await startTimeline({ segmentBytes: 3000, mostBytes: 6000, perMachine: 8 });
  record(bench, "quiet", 3);
  record(bench, "noisy", 60);
  await bench.timeline.flush();
  bench.diskError = new Error("ENOSPC");
  record(bench, "noisy", 10); // so that a new file is to be begun
  bench.clock.advance(hourMs);
  await bench.timeline.stop();
  bench.diskError = undefined;
  await bench.start();
  const quiet = await bench.specs(ofMachine("quiet"));
  assert.deepEqual(
    quiet.map(({ message }) => message?.slice(0, 7)),
    ["quiet 0", "quiet 1", "quiet 2"],
  );
});

test("more than is kept in all costs the oldest", async () => {
  await using bench = await startTimeline({ mostEvents: 150 });
  record(bench, "a", 100);
  record(bench, "b", 100);
  const kept = await Promise.all(["a", "b"].map(async (name) => (await bench.specs(ofMachine(name))).length));
  assert.deepEqual(kept, [50, 100]);
});

test("of 20,000 events one machine's are found by looking at its own, and all are handed over in slices", async () => {
  await using bench = await startTimeline();
  for (let n = 0; n < 20; n++) {
    for (let m = 0; m < 1000; m++)
      bench.timeline.record({ ...offer, mac: undefined, hardware: `default/m-${m}`, message: `${n}` });
    await bench.timeline.flush();
  }
  await bench.restart();
  const parsed = countParses();
  assert.equal((await bench.specs(ofMachine("m-7"))).length, 20);
  assert.equal(parsed.stop(), 20);
  let turns = 0;
  const turn = () => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  assert.equal((await bench.events.list()).items.length, 20_000);
  clearImmediate(next);
  assert.ok(turns >= 5, `the loop went on ${turns} times`);
});

/** Events are kept as text: each one that is looked at is parsed. */
function countParses(): { stop(): number } {
  const { parse } = JSON;
  let count = 0;
  JSON.parse = (...args) => {
    count += 1;
    return parse(...args);
  };
  return {
    stop: () => {
      JSON.parse = parse;
      return count;
    },
  };
}

/** A database of before the log, in the folder of the timeline. */
const databaseOf = ({ dir }: TimelineBench): string => join(dir, "old.db");

async function write(bench: TimelineBench, fill: (old: ResourceStore) => Promise<void>): Promise<void> {
  const old = await openSqliteStore(databaseOf(bench));
  await fill(old).finally(() => old.close());
}

async function move(bench: TimelineBench, signal = deadline, onLong = (_: number) => {}): Promise<number> {
  const { timeline, clock } = bench;
  const old = await openSqliteStore(databaseOf(bench), { keptElsewhere: kinds.MachineEvent });
  return await moveOldEvents(old, { timeline, clock, onLong }, signal).finally(() => old.close());
}

async function left(bench: TimelineBench): Promise<number> {
  const old = await openSqliteStore(databaseOf(bench));
  const { items } = await old.list(kinds.MachineEvent);
  await old.close();
  return items.length;
}

test("events that were objects of the store are moved, once, and tell when their machine started", async () => {
  await using bench = await startTimeline();
  const time = new Date(startMs - hourMs).toISOString();
  await write(bench, async (store) => {
    const old = typedStore(store, kinds.MachineEvent);
    for (let n = 0; n < 3; n++) {
      const spec = { ...offer, hardware: "m1", type: n === 2 ? "NoLongerKnown" : "DhcpOffer", time };
      await old.create({ metadata: { namespace: "lab", name: `e${n}` }, spec: { ...spec } });
    }
    const [first] = (await old.list()).items;
    if (first !== undefined) await bench.timeline.adopt([first]);
  });
  assert.equal(await move(bench), 3);
  assert.equal(await left(bench), 0);
  await bench.restart();
  assert.deepEqual(
    (await bench.events.list()).items.map(({ metadata, spec }) => [metadata.name, spec?.type, spec?.time]),
    [
      ["e0", "DhcpOffer", time],
      ["e1", "DhcpOffer", time],
      ["e2", "NoLongerKnown", time],
    ],
  );
  assert.equal(bench.contacts.bootContactMs({ namespace: "lab", agentID: "", hardware: "m1" }), startMs - hourMs);
});

test("how many events were moved is said every two seconds that it takes", async () => {
  await using bench = await startTimeline();
  const parts = [5, 5, 5, 1].map((count) => Array.from({ length: count }, () => ({})));
  const { clock } = bench;
  const timeline = {
    adopt: async () => {
      clock.advance(1500);
      return true;
    },
  };
  const said: number[] = [];
  const takeOut = async (take: (objects: never[]) => Promise<boolean>) => {
    for (const part of parts) await take(part as never[]);
  };
  const moved = await moveOldEvents({ takeOut }, { timeline, clock, onLong: (count) => said.push(count) }, deadline);
  assert.deepEqual([moved, said], [16, [10, 16]]);
});

test("events that cannot be written down stay in the store that they were in", async () => {
  await using bench = await startTimeline({ mostWaiting: 5 });
  const spec = { ...offer, time: new Date(startMs).toISOString() };
  await write(bench, async (store) => {
    const old = typedStore(store, kinds.MachineEvent);
    for (let n = 0; n < 8; n++) await old.create({ metadata: { namespace: "lab", name: `e${n}` }, spec });
  });
  bench.diskError = new Error("ENOSPC");
  assert.equal(await move(bench), 0);
  assert.equal(await left(bench), 8);
  bench.diskError = undefined;
  await bench.restart();
  assert.equal(await move(bench), 8);
  assert.deepEqual([await left(bench), (await bench.specs()).length], [0, 8]);
});

test("an event that waits for others before it may go is moved all the same, and faulty ones before it stay", async () => {
  await using bench = await startTimeline();
  const { MachineEvent } = kinds;
  const spec = { ...offer, time: new Date(startMs).toISOString() };
  await write(bench, async (old) => {
    const make = async (name: string, finalizers: string[], of: unknown = spec) =>
      await old.create(MachineEvent, {
        ...{ apiVersion: apiVersionOf(MachineEvent), kind: "MachineEvent", spec: of },
        metadata: { namespace: "lab", name, finalizers },
      });
    await Promise.all(Array.from({ length: 1001 }, async (_, n) => await make(`faulty-${n}`, [], { type: 5 })));
    await make("y", ["example.org/wait"]);
    await make("z", ["foregroundDeletion"]);
    await old.delete(MachineEvent, { namespace: "lab", name: "z" });
  });
  assert.equal(await move(bench), 2);
  assert.equal(await left(bench), 1001);
  assert.equal((await bench.specs()).length, 2);
});

test("moving events ends when the start is given up", async () => {
  await using bench = await startTimeline();
  await assert.rejects(move(bench, AbortSignal.abort()), { name: "AbortError" });
});
