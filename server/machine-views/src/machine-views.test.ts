// The views of machines as Hardware, Workflows and what is heard of them change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesAnnotation, kinds } from "@neverland/api";
import { mostStrangers } from "@neverland/timeline/machine-facts.ts";
import { pending, startMs, ViewBench } from "./testing/view-bench.ts";

const mac = "52:54:00:00:00:01";

test("a machine is followed from its racking to its login", async () => {
  await using bench = await new ViewBench().start();
  const stands = async (): Promise<string> => {
    await bench.settle();
    const view = await bench.view("m1");
    return `${view?.state} ${view?.health} ${view?.reason}`;
  };
  await bench.hardware("m1", mac);
  assert.equal(await stands(), "idle ok NoWorkflow");
  await bench.workflow("w", "m1", pending(mac));
  assert.equal(await stands(), "waiting ok NotSeen");
  const known = { hardware: "m1" };
  bench.heard(mac, "DhcpOffer", { ...known, data: { vendorClass: "PXEClient", address: "10.0.0.5" } });
  assert.equal(await stands(), "booting ok Address");
  bench.heard(mac, "TftpRefused", { ...known, reason: "FileNotLent", message: "no such file" });
  assert.equal(await stands(), "booting attention FileNotLent");
  bench.heard(mac, "ScriptServed", known);
  assert.equal(await stands(), "booting ok Script");
  bench.heard(mac, "WorkerAsked", known);
  assert.equal(await stands(), "in-hook ok Worker");
  const key = { namespace: "default", name: "w" };
  const change = async (status: object): Promise<void> => {
    const workflow = await bench.store.get(kinds.Workflow, key);
    assert.ok(workflow);
    await bench.store.updateStatus(kinds.Workflow, { ...workflow, status });
  };
  const done = { id: "a1", name: "one", image: "i", state: "SUCCESS" };
  const begun = {
    id: "a2",
    name: "two",
    image: "i",
    state: "RUNNING",
    timeout: 90,
    executionStart: "2026-05-01T12:00:00Z",
  };
  const running = { id: "t", name: "t", agentID: mac, actions: [done, begun] };
  bench.deadlines.set("w", Date.parse("2026-05-01T12:02:30Z"));
  await change({ ...pending(mac), state: "RUNNING", tasks: [running] });
  assert.equal(await stands(), "provisioning ok ActionRunning");
  const view = await bench.view("m1");
  assert.deepEqual(view?.action, { name: "two", number: 2, of: 2 });
  assert.equal(view?.workflow, "w");
  assert.equal(view?.deadline, "2026-05-01T12:02:30Z");
  const conditions = [{ type: "Succeeded", status: "False", reason: "ActionFailed", message: "no such disk" }];
  await change({ state: "FAILED", stateSince: "2026-05-01T12:01:00Z", conditions });
  assert.equal(await stands(), "failed failed WorkflowFailed");
  assert.match((await bench.view("m1"))?.message ?? "", /no such disk/);
  await change({ state: "SUCCESS", stateSince: new Date(bench.clock.nowMs()).toISOString() });
  assert.equal(await stands(), "provisioned ok WorkflowSucceeded");
  bench.heard(mac, "MetadataServed", known);
  assert.equal(await stands(), "provisioned ok SystemUp");
  assert.deepEqual(bench.errors, []);
});

test("a machine that is refused as before, after a workflow was made for it, is shown as refused", async () => {
  await using bench = await new ViewBench().start();
  const refused = { hardware: "m1", reason: "NetbootNotAllowed", message: "may not" } as const;
  await bench.hardware("m1", mac);
  bench.heard(mac, "DhcpOffer", { hardware: "m1", data: { vendorClass: "PXEClient" } });
  bench.heard(mac, "HttpRefused", refused);
  await bench.settle();
  bench.clock.advance(10_000);
  const stateSince = new Date(bench.clock.nowMs()).toISOString();
  await bench.workflow("w", "m1", pending(mac, { stateSince }));
  await bench.settle();
  assert.equal((await bench.view("m1"))?.reason, "NotSeen");
  bench.clock.advance(10_000);
  // What comes again is told without its reason.
  bench.heard(mac, "HttpRefused", { hardware: "m1" });
  await bench.settle();
  const view = await bench.view("m1");
  assert.deepEqual([view?.state, view?.health, view?.reason], ["booting", "attention", "NetbootNotAllowed"]);
});

test("a view is its Hardware's: uid, age and labels, and goes with it", async () => {
  await using bench = await new ViewBench().start();
  const hardware = await bench.hardware("m1", mac, {}, { labels: { rack: "a" } });
  await bench.settle();
  const shown = await bench.views.get(kinds.MachineView, hardware.metadata);
  const { uid, labels, creationTimestamp } = shown?.metadata ?? {};
  assert.deepEqual([uid, labels, creationTimestamp], [hardware.metadata.uid, { rack: "a" }, "2026-05-01T12:00:00Z"]);
  await bench.store.delete(kinds.Hardware, hardware.metadata);
  await bench.settle();
  assert.deepEqual(await bench.names(), []);
});

test("a view has the serial number that the worker found, as soon as it is there", async () => {
  await using bench = await new ViewBench().start();
  const made = await bench.hardware("m1", mac);
  const found = JSON.stringify({ product: { serialNumber: "7XK2" } });
  const annotations = { [attributesAnnotation]: found };
  await bench.store.update(kinds.Hardware, { ...made, metadata: { ...made.metadata, annotations } });
  await bench.settle();
  assert.equal((await bench.view("m1"))?.serial, "7XK2");
});

test("two of one MAC, and one without any, are unusable until that is put right", async () => {
  await using bench = await new ViewBench().start();
  await bench.hardware("a", mac);
  const twin = await bench.hardware("b", mac);
  await bench.settle();
  for (const name of ["a", "b"]) {
    const view = await bench.view(name);
    assert.deepEqual([view?.state, view?.reason], ["unusable", "DuplicateClaim"], name);
  }
  await bench.store.delete(kinds.Hardware, twin.metadata);
  await bench.settle();
  assert.equal((await bench.view("a"))?.state, "idle");
  await bench.hardware("none", "", { interfaces: [{ dhcp: {} }] });
  await bench.settle();
  assert.equal((await bench.view("none"))?.reason, "NoMac");
});

test("names of 253 characters, and hundreds of MACs, cost no more than they are worth", async () => {
  await using bench = await new ViewBench().start();
  const name = `${"a".repeat(63)}.`.repeat(3) + "b".repeat(61);
  const interfaces = Array.from({ length: 300 }, (_, n) => ({
    dhcp: { mac: `52:54:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}` },
  }));
  await bench.hardware(name, mac, { interfaces });
  await bench.settle();
  const view = await bench.view(name);
  assert.equal(name.length, 253);
  assert.equal(view?.macs.length, 16);
});

test("a machine without Hardware is a view by its MAC, until it has one", async () => {
  await using bench = await new ViewBench().start();
  bench.heard(mac, "DhcpIgnored", { reason: "UnknownMachine", message: "nobody's", address: "10.0.0.9" });
  await bench.settle();
  const view = await bench.view("52-54-00-00-00-01");
  assert.deepEqual(
    [view?.state, view?.reason, view?.macs, view?.addresses],
    ["unknown", "UnknownMachine", [mac], ["10.0.0.9"]],
  );
  await bench.hardware("m1", mac);
  await bench.settle();
  assert.deepEqual(await bench.names(), ["m1"]);
  assert.equal((await bench.view("m1"))?.lastSeen, "2026-05-01T12:00:00Z");
});

test("a stranger that was not heard for a day is forgotten", async () => {
  await using bench = await new ViewBench().start();
  bench.heard(mac, "DhcpIgnored");
  await bench.settle();
  assert.equal((await bench.names()).length, 1);
  bench.clock.advance(86_400_000 + 600_000);
  await bench.settle();
  assert.deepEqual(await bench.names(), []);
});

test("strangers beyond the bound push out those heard longest ago, which is said", async () => {
  await using bench = new ViewBench();
  const macOf = (n: number) =>
    `02:00:00:${[n >> 16, n >> 8, n].map((part) => (part & 255).toString(16).padStart(2, "0")).join(":")}`;
  for (let n = 0; n < mostStrangers; n += 1) bench.heard(macOf(n), "DhcpIgnored");
  await bench.start();
  for (let n = 0; n < 10; n += 1) bench.heard(macOf(mostStrangers + n), "DhcpIgnored");
  await bench.settle();
  const names = await bench.names();
  assert.equal(names.length, mostStrangers);
  assert.ok(names.includes("02-00-00-00-10-09"));
  assert.equal(bench.warnings.length, 1);
});

const madeUp = (n: number): string =>
  `06:00:${[n >> 24, n >> 16, n >> 8, n].map((part) => (part & 255).toString(16).padStart(2, "0")).join(":")}`;

test("a machine that asks as firmware does is seen within seconds while somebody makes up 860 MACs a second", async () => {
  await using bench = await new ViewBench().start();
  let made = 0;
  const flood = async (seconds: number): Promise<void> => {
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      for (let each = 0; each < 86; each += 1) bench.heard(madeUp(made++), "DhcpIgnored");
      bench.clock.advance(100);
      for (let turn = 0; turn < 8; turn += 1) await new Promise(setImmediate);
    }
  };
  await flood(8);
  bench.heard(mac, "DhcpIgnored", { reason: "UnknownMachine" });
  await flood(4);
  bench.heard(mac, "DhcpIgnored", { reason: "UnknownMachine" });
  await flood(2);
  assert.ok((await bench.names()).includes("52-54-00-00-00-01"));
  // It has given up by now, and is not pushed out by those who go on.
  await flood(60);
  assert.ok((await bench.names()).includes("52-54-00-00-00-01"));
  assert.ok((await bench.names()).length <= mostStrangers + 1);
});

test("strangers that get a Hardware are no strangers any more, however many are described at once", async () => {
  await using bench = await new ViewBench().start();
  for (let n = 0; n < 10; n += 1) bench.heard(madeUp(n), "DhcpIgnored");
  await bench.settle();
  assert.equal((await bench.names()).length, 10);
  for (let n = mostStrangers + 200; n >= 0; n -= 1) await bench.hardware(`m${n}`, madeUp(n));
  for (let turn = 0; turn < 10; turn += 1) await bench.settle();
  assert.deepEqual(
    (await bench.names()).filter((name) => name.startsWith("06-")),
    [],
  );
});

test("a mistyped MAC is named at both ends, as soon as the machine asks", async () => {
  await using bench = await new ViewBench().start();
  await bench.hardware("m1", mac);
  await bench.workflow("w", "m1", pending(mac));
  await bench.settle();
  bench.heard("52:54:00:00:00:10", "DhcpIgnored", { reason: "UnknownMachine" });
  await bench.settle();
  const [waiting, stranger] = [await bench.view("m1"), await bench.view("52-54-00-00-00-10")];
  assert.deepEqual([waiting?.reason, waiting?.health], ["NearMac", "attention"]);
  assert.match(waiting?.message ?? "", /52:54:00:00:00:10/);
  assert.equal(stranger?.reason, "NearMac");
  assert.match(stranger?.message ?? "", /default\/m1 waits for 52:54:00:00:00:01/);
  assert.deepEqual(
    bench.events.map(({ type, hardware }) => [type, hardware]),
    [["NearMacHeard", "default/m1"]],
  );
});

/** A Hardware by each MAC, with an address of its own. */
async function row(bench: ViewBench, ...macs: readonly string[]): Promise<void> {
  for (const each of macs) await bench.hardware(`m-${each.slice(-2)}`, each, { interfaces: [{ dhcp: { mac: each } }] });
}

test("in a hall with MACs in a row no stranger there is taken for a mistyped one", async () => {
  await using bench = await new ViewBench().start();
  const macs = ["10", "12", "14", "16"].map((last) => `52:54:00:00:00:${last}`);
  await row(bench, ...macs);
  await bench.workflow("w", "m-14", pending(macs[2] ?? ""));
  await bench.settle();
  // The second ports, and those of a machine after them.
  const strangers = ["11", "13", "15", "17", "18", "1a"];
  for (const last of strangers) bench.heard(`52:54:00:00:00:${last}`, "DhcpIgnored");
  await bench.settle();
  assert.equal((await bench.view("m-14"))?.reason, "NotSeen");
  for (const last of strangers)
    assert.equal((await bench.view(`52-54-00-00-00-${last}`))?.reason, "UnknownMachine", last);
  assert.deepEqual(bench.events, []);
});

test("of two ports that one Hardware has, the next port of the card is no mistyped one", async () => {
  await using bench = await new ViewBench().start();
  const interfaces = ["20", "21"].map((last) => ({ dhcp: { mac: `52:54:00:00:00:${last}` } }));
  await bench.hardware("ports", "", { interfaces });
  await bench.workflow("w", "ports", pending("52:54:00:00:00:20"));
  await bench.settle();
  bench.heard("52:54:00:00:00:22", "DhcpIgnored");
  await bench.settle();
  assert.equal((await bench.view("ports"))?.reason, "NotSeen");
});

test("one outside the row whose digits changed places is named, though the one that waits stands in it", async () => {
  await using bench = await new ViewBench().start();
  await row(bench, "52:54:00:00:00:56", "52:54:00:00:00:57", "52:54:00:00:00:58");
  await bench.workflow("w", "m-58", pending("52:54:00:00:00:58"));
  await bench.settle();
  bench.heard("52:54:00:00:00:85", "DhcpIgnored");
  await bench.settle();
  assert.equal((await bench.view("m-58"))?.reason, "NearMac");
  await row(bench, "52:54:00:00:00:84");
  await bench.settle();
  assert.equal((await bench.view("m-58"))?.reason, "NotSeen");
});

test("one that is mistyped stands outside the row, and is named until it stands in one", async () => {
  await using bench = await new ViewBench().start();
  await row(bench, "52:54:00:00:00:04", "52:54:00:00:00:06", "52:54:00:00:00:15");
  await bench.workflow("w", "m-15", pending("52:54:00:00:00:15"));
  await bench.settle();
  bench.heard("52:54:00:00:00:05", "DhcpIgnored");
  await bench.settle();
  assert.equal((await bench.view("m-15"))?.reason, "NearMac");
  assert.equal((await bench.view("52-54-00-00-00-05"))?.reason, "NearMac");
  await row(bench, "52:54:00:00:00:16");
  await bench.settle();
  assert.equal((await bench.view("m-15"))?.reason, "NotSeen");
  assert.equal((await bench.view("52-54-00-00-00-05"))?.reason, "UnknownMachine");
});

test("the order does not matter: a stranger that asked before the workflow is found, too", async () => {
  await using bench = await new ViewBench().start();
  bench.heard("52:54:00:00:00:11", "DhcpIgnored", { reason: "UnknownMachine" });
  await bench.settle();
  await bench.hardware("m1", mac);
  await bench.workflow("w", "m1", pending(mac));
  await bench.settle();
  assert.equal((await bench.view("m1"))?.reason, "NearMac");
  assert.equal((await bench.view("52-54-00-00-00-11"))?.reason, "NearMac");
  bench.heard(mac, "DhcpOffer", { hardware: "m1" });
  await bench.settle();
  assert.equal((await bench.view("m1"))?.reason, "Address");
  assert.equal((await bench.view("52-54-00-00-00-11"))?.reason, "UnknownMachine");
});

test("a near MAC is told once, and once more when somebody has changed the Hardware and it is still near", async () => {
  await using bench = await new ViewBench().start();
  const made = await bench.hardware("m1", mac);
  await bench.workflow("w", "m1", pending(mac));
  bench.heard("52:54:00:00:00:11", "DhcpIgnored", { reason: "UnknownMachine" });
  await bench.settle();
  bench.heard("52:54:00:00:00:11", "DhcpIgnored", { reason: "UnknownMachine" });
  await bench.settle();
  assert.equal(bench.events.length, 1);
  const labels = { rack: "r1" };
  await bench.store.update(kinds.Hardware, { ...made, metadata: { ...made.metadata, labels } });
  await bench.settle();
  assert.equal(bench.events.length, 2);
});

test("a status that its controller writes on the Hardware makes no view anew", async () => {
  await using bench = await new ViewBench().start();
  const made = await bench.hardware("m1", mac);
  await bench.settle();
  const before = await bench.views.get(kinds.MachineView, made.metadata);
  await bench.store.updateStatus(kinds.Hardware, { ...made, status: { observedGeneration: 1 } });
  await bench.settle();
  assert.equal(await bench.views.get(kinds.MachineView, made.metadata), before);
});

test("a machine that is heard again and again makes one event in five minutes", async () => {
  await using bench = await new ViewBench().start();
  await bench.hardware("m1", mac);
  await bench.settle();
  const { resourceVersion } = await bench.views.list(kinds.MachineView);
  for (let n = 0; n < 20; n += 1) {
    bench.heard(mac, "WorkerAsked", { hardware: "m1" });
    bench.clock.advance(20_000);
    await bench.settle();
  }
  const { items } = await bench.views.list(kinds.MachineView);
  const writes = Number(items[0]?.metadata.resourceVersion) - Number(resourceVersion);
  assert.equal(writes, 2);
  assert.ok(bench.clock.nowMs() - startMs > 400_000);
});

test("a watch from a version of an earlier process has to list again", async () => {
  await using bench = await new ViewBench().start();
  const signal = AbortSignal.timeout(5000);
  for (const resourceVersion of ["1", String(startMs - 1), String(startMs + 1_000_000)])
    await assert.rejects(Array.fromAsync(bench.views.watch(kinds.MachineView, { resourceVersion, signal })), {
      code: "gone",
    });
});

test("that the server cannot hear machines without an address is said of all that wait for nothing else", async () => {
  await using bench = await new ViewBench().start();
  await bench.hardware("m1", mac);
  await bench.workflow("w", "m1", pending(mac));
  await bench.settle();
  bench.unheard = "what they broadcast is not answered";
  bench.clock.advance(10_000);
  await bench.settle();
  const view = await bench.view("m1");
  assert.deepEqual([view?.health, view?.reason], ["attention", "NotHeard"]);
  assert.match(view?.message ?? "", /what they broadcast is not answered/);
});
