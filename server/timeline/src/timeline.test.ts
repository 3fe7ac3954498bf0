// What is recorded, and what readers see of it: each fact once, with its machine, across restarts and full disks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { address, mac, offer, startMs, startTimeline } from "./testing/timeline-bench.ts";

test("an event of a MAC is kept with its Hardware, at the server's time", async () => {
  await using bench = await startTimeline();
  bench.timeline.record({ ...offer, mac: mac.toUpperCase() });
  assert.deepEqual(await bench.specs(), [
    {
      namespace: "lab",
      hardware: "m1",
      mac,
      source: "boots/dhcp",
      type: "DhcpOffer",
      message: "offered 10.0.0.5",
      time: "2026-05-01T12:00:00.000Z",
    },
  ]);
});

test("what a machine says of itself is a line that can be seen", async () => {
  await using bench = await startTimeline();
  const data = { userAgent: "x\u001b[2J", xid: 7 };
  bench.timeline.record({ ...offer, message: "asked for h\nboot \u202egnp.exe\u0007", data });
  const [event] = await bench.specs();
  assert.deepEqual([event?.message, event?.data], ["asked for h boot  gnp.exe", { userAgent: "x [2J", xid: 7 }]);
});

test("a Hardware named with its namespace, by its workflow's, or by its address, is found and gets its MAC", async () => {
  await using bench = await startTimeline();
  const named = { source: "hegel", type: "MetadataServed", message: "served" } as const;
  bench.timeline.record({ ...named, hardware: "lab/m1" });
  bench.timeline.record({ ...named, hardware: "m1", workflow: "lab/install", type: "UserDataServed" });
  bench.timeline.record({ ...named, address, source: "oci-registry", type: "ImageServed" });
  assert.deepEqual(
    (await bench.specs()).map((event) => [event.namespace, event.hardware, event.mac]),
    Array.from({ length: 3 }, () => ["lab", "m1", mac]),
  );
});

test("the same fact within a moment is one event with a count, and a new event later", async () => {
  await using bench = await startTimeline();
  const { timeline, clock } = bench;
  timeline.record(offer);
  for (let n = 0; n < 2; n++) {
    clock.advance(4000);
    timeline.record(offer);
  }
  clock.advance(6000);
  timeline.record(offer);
  const seen = [
    [3, "2026-05-01T12:00:08.000Z"],
    [undefined, undefined],
  ];
  assert.deepEqual(
    (await bench.specs()).map(({ count, lastTime }) => [count, lastTime]),
    seen,
  );
  await bench.restart();
  assert.deepEqual(
    (await bench.specs()).map(({ count, lastTime }) => [count, lastTime]),
    seen,
  );
});

test("what is counted elsewhere is counted with its event, shows that the machine starts, and outlives what is forgotten", async () => {
  await using bench = await startTimeline({ perMachine: 2 });
  const recorded = bench.timeline.record(offer);
  await bench.pass(60_000);
  recorded.repeated(5, startMs + 59_000);
  const seen = async () => (await bench.specs()).map(({ message, count, lastTime }) => [message, count, lastTime]);
  assert.deepEqual(await seen(), [[offer.message, 6, "2026-05-01T12:00:59.000Z"]]);
  assert.equal(bench.contacts.bootContactMs({ namespace: "lab", agentID: mac, hardware: "m1" }), startMs + 59_000);
  for (const message of ["one", "two"]) bench.timeline.record({ ...offer, message });
  recorded.repeated(5, startMs + 60_000);
  recorded.repeated(5, startMs + 60_000);
  const [first, second] = await seen();
  assert.deepEqual(
    [first, second],
    [
      ["two", undefined, undefined],
      [offer.message, 6, "2026-05-01T12:01:00.000Z"],
    ],
  );
});

test("a stranger that goes on asking, and is counted elsewhere, is not pushed out by those who ask once", async () => {
  await using bench = await startTimeline({ strangersPerLink: 2 });
  const ask = (last: number) =>
    bench.timeline.record({
      ...{ source: "boots/dhcp", type: "DhcpIgnored", reason: "UnknownMachine", link: "eth1" },
      ...{ mac: `52:54:00:00:00:0${last}`, message: "no Hardware" },
    });
  const goesOn = ask(7);
  ask(8);
  goesOn.repeated(3, startMs + 10_000);
  ask(9);
  assert.deepEqual(
    (await bench.specs()).map(({ mac: of, count }) => [of, count]),
    [
      ["52:54:00:00:00:07", 4],
      ["52:54:00:00:00:09", undefined],
    ],
  );
});

test("what a restart finds is what there was: order, names, uids, and when machines started", async () => {
  await using bench = await startTimeline();
  for (let n = 0; n < 5; n++) bench.timeline.record({ ...offer, message: `offer ${n}` });
  const before = await bench.events.list();
  await bench.restart();
  assert.deepEqual((await bench.events.list()).items, before.items);
  assert.equal(bench.contacts.bootContactMs({ namespace: "lab", agentID: mac, hardware: "m1" }), startMs);
  bench.timeline.record({ ...offer, message: "after" });
  const versions = (await bench.events.list()).items.map(({ metadata }) => Number(metadata.resourceVersion));
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  );
});

test("that a machine starts is known at once, also when it is only counted", async () => {
  await using bench = await startTimeline();
  bench.timeline.record(offer);
  bench.clock.advance(1000);
  bench.timeline.record(offer);
  assert.equal(bench.contacts.bootContactMs({ namespace: "lab", agentID: mac, hardware: "m1" }), startMs + 1000);
});

test("a start that was stamped by a clock that was ahead is none, whenever the machine is asked for", async () => {
  await using bench = await startTimeline();
  bench.timeline.record({ ...offer, message: "in time" });
  bench.clock.advance(2 * 3_600_000);
  bench.timeline.record({ ...offer, message: "ahead" });
  await bench.timeline.stop();
  bench.clock = new ManualClock(startMs + 1000); // set right
  await bench.start();
  bench.clock.advance(3 * 3_600_000);
  const machine = { namespace: "lab", agentID: mac, hardware: "m1" };
  assert.equal(bench.contacts.bootContactMs(machine), startMs);
  bench.timeline.record({ ...offer, message: "once more" });
  assert.equal(bench.contacts.bootContactMs(machine), bench.clock.nowMs());
});

test("an unknown MAC leaves one event of a kind, however often and whatever it asks", async () => {
  await using bench = await startTimeline();
  for (let n = 0; n < 50; n++) {
    const asked = { ...offer, mac: "00:00:00:00:00:99", type: "DhcpIgnored", reason: "UnknownMachine" } as const;
    bench.timeline.record({ ...asked, message: `xid ${n}` });
    bench.clock.advance(60_000);
  }
  assert.deepEqual(
    (await bench.specs()).map(({ mac: of, count }) => [of, count]),
    [["00:00:00:00:00:99", 50]],
  );
});

test("a full disk costs the newest lines, is said once, and is told of when it is over", async () => {
  await using bench = await startTimeline({ mostWaiting: 10 });
  bench.timeline.record({ ...offer, message: "before" });
  await bench.timeline.flush();
  bench.diskError = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  for (let n = 0; n < 25; n++) bench.timeline.record({ ...offer, message: `full ${n}` });
  await bench.timeline.flush();
  await bench.timeline.flush();
  assert.equal(bench.errors.length, 1);
  assert.equal((await bench.specs()).length, 26);
  bench.diskError = undefined;
  await bench.timeline.flush();
  await bench.restart();
  const messages = (await bench.specs()).map(({ message }) => message);
  assert.deepEqual(messages, [
    "before",
    ...Array.from({ length: 10 }, (_, n) => `full ${n}`),
    "15 events were not written down while the disk took none",
  ]);
});

test("of far more counts than may wait for the disk none is lost, and nothing is said of a disk that failed", async () => {
  const room = { mostWaiting: 50, repeatMs: 3_600_000, tidyMs: 60_000 };
  await using bench = await startTimeline(room);
  const facts = Array.from({ length: 400 }, (_, n) => ({ ...offer, mac: undefined, hardware: `default/m-${n}` }));
  for (const fact of facts) {
    bench.timeline.record(fact);
    bench.timeline.record(fact);
    await bench.timeline.flush();
  }
  await bench.pass(60_000);
  await bench.restart();
  assert.deepEqual(
    (await bench.specs()).map(({ type, count }) => [type, count]),
    facts.map(({ type }) => [type, 2]),
  );
});

test("what comes at once beyond what may wait is said to be that, and no fault of the disk", async () => {
  await using bench = await startTimeline({ mostWaiting: 10 });
  for (let n = 0; n < 25; n++) bench.timeline.record({ ...offer, message: `burst ${n}` });
  await bench.timeline.flush();
  const { reason, message } = (await bench.specs()).at(-1) ?? {};
  assert.deepEqual(
    [reason, message],
    ["TooManyEvents", "15 events were not written down since more came at once than the disk takes"],
  );
});

test("counts that the disk does not take are written down once it does", async () => {
  await using bench = await startTimeline({ mostWaiting: 4, tidyMs: 60_000 });
  const facts = Array.from({ length: 4 }, (_, n) => ({ ...offer, message: `fact ${n}` }));
  for (const fact of facts) bench.timeline.record(fact);
  await bench.timeline.flush();
  bench.diskError = new Error("ENOSPC");
  for (const fact of facts) bench.timeline.record(fact);
  for (let n = 0; n < 3; n++) bench.timeline.record({ ...offer, message: `full ${n}` });
  await bench.pass(60_000);
  bench.diskError = undefined;
  await bench.restart();
  const counts = (await bench.specs()).map(({ message, count }) => [message, count]);
  assert.deepEqual(
    counts.slice(0, 4),
    facts.map(({ message }) => [message, 2]),
  );
});

test("an event that came through the API is kept as it is, tells of a start, and cannot be made twice or changed", async () => {
  await using bench = await startTimeline();
  const metadata = { namespace: "lab", name: "m1-abcde", labels: { by: "test" } };
  const spec = { source: "lab", type: "PoweredOn", message: "on", hardware: "m1", time: "2026-05-01T11:59:00.000Z" };
  const made = await bench.events.create({ metadata, spec });
  assert.deepEqual(made.spec, { ...spec, mac });
  assert.equal(bench.contacts.bootContactMs({ namespace: "lab", agentID: mac }), startMs - 60_000);
  await assert.rejects(bench.events.create({ metadata, spec }), { code: "already-exists" });
  await assert.rejects(bench.events.update(made), { code: "conflict" });
  await assert.rejects(bench.events.delete(metadata), { code: "conflict" });
  await bench.restart();
  assert.deepEqual(await bench.events.get(metadata), made);
});
