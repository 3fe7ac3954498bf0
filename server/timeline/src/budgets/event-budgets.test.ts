// Who may put how much on the timeline, and what is said of the rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { mac, offer, startTimeline } from "../testing/timeline-bench.ts";
import { defaultBudgets } from "./event-budgets.ts";

const stranger = (n: number) =>
  `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;
const unknown = (of: string, link = "eth0"): MachineEventInput => ({
  ...{ source: "boots/dhcp", type: "DhcpIgnored", reason: "UnknownMachine", link, mac: of },
  message: `no Hardware has the MAC ${of}`,
});

test("refusals in a known machine's name are bounded, said to be more, and push nothing else out", async () => {
  await using bench = await startTimeline();
  bench.timeline.record(offer);
  for (let n = 0; n < 25_000; n++)
    bench.timeline.record({
      ...offer,
      type: "DhcpNak",
      reason: "WrongAddress",
      message: `asked for 10.0.${n >> 8}.${n & 255}`,
    });
  bench.timeline.record({ ...offer, type: "DhcpAck", message: "given" });
  await bench.pass(70_000);
  const specs = await bench.specs();
  const count = (type: string) => specs.filter((spec) => spec.type === type).length;
  // The newest of those that are left out is in memory.
  assert.deepEqual([count("DhcpOffer"), count("DhcpNak"), count("DhcpAck"), count("EventsLeftOut")], [1, 21, 1, 1]);
  assert.equal(specs.findLast(({ type }) => type === "DhcpNak")?.message, "asked for 10.0.97.167");
  const leftOut = specs.find(({ type }) => type === "EventsLeftOut");
  assert.deepEqual([leftOut?.hardware, leftOut?.data], ["m1", { count: 24_980 }]);
  // The process's log says no more than the timeline.
  assert.equal(bench.written.length, specs.length - 1);
});

test("images and metadata for addresses that nobody has cost the discovery of machines nothing", async () => {
  await using bench = await startTimeline();
  for (let n = 0; n < 5000; n++) {
    const address = `10.9.${n >> 8}.${n & 255}`;
    const image = { source: "oci-registry", type: "ImageServed", address, message: `Served image a:${n}` } as const;
    bench.timeline.record(image);
    const metadata = { source: "hegel", type: "MetadataRefused", reason: "UnknownAddress", address } as const;
    bench.timeline.record({ ...metadata, message: `no Hardware has ${address}` });
  }
  bench.timeline.record(unknown(stranger(1)));
  await bench.restart();
  const specs = await bench.specs();
  assert.ok(specs.length < 500, `${specs.length} events`);
  assert.equal(specs.filter(({ mac: of }) => of === stranger(1)).length, 1);
});

test("what one address asks in vain hides nothing of another's, however much it is", async () => {
  await using bench = await startTimeline();
  const ask = (address: string, n: number) =>
    bench.timeline.record({
      ...{ source: "boots/tftp", type: "TftpRefused", reason: "NoSuchFile", address },
      message: `${address} asked for file-${n}`,
    });
  for (let n = 0; n < 2000; n++) ask("10.9.0.1", n);
  for (let n = 0; n < 3; n++) ask("10.9.0.2", n);
  await bench.restart();
  const ofAddress = async (of: string) => (await bench.specs()).filter(({ address }) => address === of).length;
  assert.deepEqual([await ofAddress("10.9.0.1"), await ofAddress("10.9.0.2")], [16, 3]);
});

test("of ten thousand made-up addresses the newest are seen, few are written down, and it is said once how many were not", async () => {
  await using bench = await startTimeline({ strangersPerLink: 1000 });
  for (let n = 0; n < 10_000; n++) {
    const address = `10.${n >> 8}.${n & 255}.1`;
    const refused = { source: "boots/tftp", type: "TftpRefused", reason: "NoSuchFile", address } as const;
    bench.timeline.record({ ...refused, message: "asked for x" });
  }
  bench.timeline.record(offer);
  assert.equal((await bench.specs()).filter(({ type }) => type === "TftpRefused").length, 1000);
  assert.equal(bench.written.filter(({ type }) => type === "TftpRefused").length, 200);
  await bench.pass(3_700_000);
  const left = (await bench.specs()).filter(({ type }) => type === "EventsLeftOut");
  assert.deepEqual(
    left.map(({ data, message }) => [data, /tink get machineevents shows the newest of them$/.test(message ?? "")]),
    [[{ count: 9800 }, true]],
  );
  assert.equal((await bench.specs()).filter(({ type }) => type === "DhcpOffer").length, 1);
});

test("what a machine does is seen though others have spent its budget in its name, and shown once a second", async () => {
  await using bench = await startTimeline();
  const discover = (n: number): MachineEventInput => ({ ...offer, message: `offered, ${n}` });
  for (let n = 0; n < 5000; n++) bench.timeline.record(discover(n));
  bench.timeline.record({ ...offer, type: "DhcpAck", message: "took its address" });
  const seen = async (type: string) =>
    (await bench.specs()).filter((spec) => spec.type === type).map(({ message }) => message);
  await bench.pass(1000);
  assert.deepEqual(await seen("DhcpAck"), ["took its address"]);
  for (let second = 0; second < 20; second++) {
    for (let n = 0; n < 200; n++) bench.timeline.record(discover(5000 + 200 * second + n));
    await bench.pass(1000);
  }
  const offers = await seen("DhcpOffer");
  assert.deepEqual([offers.length, offers.at(-1)], [121, "offered, 8999"]);
});

test("what 5000 machines did beyond their budgets is shown in slices, and not all in one second", async () => {
  const none = { count: 0, windowMs: 3_600_000 };
  await using bench = await startTimeline({ budgets: { ...defaultBudgets, steps: none } });
  for (let n = 0; n < 5000; n++) bench.timeline.record({ ...offer, mac: undefined, hardware: `default/m-${n}` });
  const shown = async () => (await bench.specs()).length;
  const until = async (count: number): Promise<void> => {
    while ((await shown()) < count) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    assert.equal(await shown(), count);
  };
  bench.clock.advance(1000);
  assert.ok((await shown()) < 2000, "all in one go");
  await until(2000);
  bench.clock.advance(1000);
  await until(4000);
  bench.clock.advance(1000);
  await until(5000);
});

test("of far more machines beyond their budgets than lines may wait, it is written down of each how much was left out", async () => {
  const one = { count: 1, windowMs: 5000 };
  await using bench = await startTimeline({ mostWaiting: 50, budgets: { ...defaultBudgets, steps: one } });
  const machines = Array.from({ length: 400 }, (_, n) => `m-${n}`);
  for (const machine of machines) {
    const step = { ...offer, mac: undefined, hardware: `default/${machine}` };
    bench.timeline.record({ ...step, message: "within" });
    bench.timeline.record({ ...step, message: "beyond" });
    await bench.timeline.flush();
  }
  await bench.pass(10_000);
  await bench.restart();
  const left = (await bench.specs()).filter(({ type }) => type === "EventsLeftOut");
  assert.deepEqual(
    left.map(({ hardware, data }) => [hardware, data]),
    machines.map((machine) => [machine, { count: 1 }]),
  );
});

test("after 50,000 made-up MACs a new machine is still known, and memory, disk and log stay small", async () => {
  await using bench = await startTimeline();
  for (let n = 0; n < 50_000; n++) bench.timeline.record(unknown(stranger(n)));
  const real = "52:54:00:00:00:77";
  bench.timeline.record(unknown(real));
  const find = async (of: string) =>
    (await bench.specs({ fields: [{ key: "spec.mac", operator: "in", values: [of] }] })).map(({ message }) => message);
  assert.deepEqual(await find(real), [`no Hardware has the MAC ${real}`]);
  assert.deepEqual(await find(stranger(49_000)), [`no Hardware has the MAC ${stranger(49_000)}`]);
  assert.deepEqual(await find(stranger(20_000)), []);
  assert.equal((await bench.specs()).length, 8192);
  assert.equal(bench.written.length, 500);
  await bench.pass(3_700_000);
  const left = (await bench.specs()).filter(({ type }) => type === "EventsLeftOut");
  assert.deepEqual(
    left.map(({ data }) => data),
    [{ count: 49_501 }],
  );
});

test("a flood on one link forgets nobody on another, and hides no machine with Hardware", async () => {
  await using bench = await startTimeline({ strangersPerLink: 100 });
  bench.timeline.record(unknown(stranger(1), "eth1"));
  bench.timeline.record(offer);
  for (let n = 2; n < 5000; n++) bench.timeline.record(unknown(stranger(n), "eth0"));
  const macs = (await bench.specs()).map(({ mac: of }) => of);
  assert.ok(macs.includes(stranger(1)));
  assert.ok(macs.includes(mac));
  assert.equal(macs.length, 102);
});

test("a stranger that goes on asking is not forgotten for those who asked once", async () => {
  await using bench = await startTimeline({ strangersPerLink: 100 });
  for (let n = 1; n < 5000; n++) {
    bench.timeline.record(unknown(stranger(n)));
    if (n % 50 === 0) bench.timeline.record(unknown("52:54:00:00:00:77"));
  }
  const [real] = (await bench.specs()).filter(({ mac: of }) => of === "52:54:00:00:00:77");
  assert.equal(real?.count, 99);
});

test("a clock that is set, forward or back, neither hides what happens next nor ends a budget", async () => {
  await using bench = await startTimeline();
  const nak = (n: number): MachineEventInput => ({
    ...offer,
    ...{ type: "DhcpNak", reason: "WrongAddress", message: `asked for 10.0.0.${n}` },
  });
  for (let n = 0; n < 40; n++) bench.timeline.record(nak(n));
  bench.clock.setForward(-86_400_000);
  for (let n = 40; n < 80; n++) bench.timeline.record(nak(n));
  assert.equal((await bench.specs()).length, 20);
  bench.clock.advance(61_000);
  bench.timeline.record(nak(0));
  // With the newest of those that were left out.
  assert.equal((await bench.specs()).filter(({ type }) => type === "DhcpNak").length, 22);
});
