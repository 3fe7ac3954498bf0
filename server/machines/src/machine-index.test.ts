// The index: what is found after each change, and what two records claim at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HardwareSpec } from "@neverland/api";
import type { KnownHardware } from "./machine-card.ts";
import { MachineIndex } from "./machine-index.ts";
import { machineNames } from "./machine-names.ts";

const mac = "52:54:00:00:00:32";

function hardware(name: string, spec: HardwareSpec): KnownHardware {
  return { metadata: { namespace: "default", name }, spec };
}

/** `m50` with its MAC and address. */
function m50(address = "10.77.0.50"): KnownHardware {
  return hardware("m50", { interfaces: [{ dhcp: { mac, ip: { address } } }] });
}

test("finds a machine by MAC and by address, and forgets it when it is removed", () => {
  const index = new MachineIndex();
  index.upsert(m50());
  assert.equal(index.byMac(mac).found, "one");
  assert.equal(index.byIp("10.77.0.50").found, "one");
  index.remove(m50());
  assert.equal(index.byMac(mac).found, "none");
  assert.equal(index.byIp("10.77.0.50").found, "none");
});

test("finds a machine by agent id in any case, and by instance id", () => {
  const index = new MachineIndex();
  index.upsert(hardware("a", { agentID: "Agent-A", metadata: { instance: { id: "i-1" } } }));
  const names = [index.byAgentId("AGENT-a"), index.byInstanceId("i-1"), index.byInstanceId("i-2")].map((lookup) =>
    lookup.found === "one" ? lookup.hardware.metadata.name : lookup.found,
  );
  assert.deepEqual(names, ["a", "a", "none"]);
});

test("a change of address leaves nothing under the old one", () => {
  const index = new MachineIndex();
  index.upsert(m50());
  assert.deepEqual(index.upsert(m50("10.77.0.51")), []);
  assert.equal(index.byIp("10.77.0.50").found, "none");
  assert.equal(index.byIp("10.77.0.51").found, "one");
});

test("a fresh list replaces what it does not name", () => {
  const index = new MachineIndex();
  index.apply([m50(), hardware("m51", { interfaces: [{ dhcp: { ip: { address: "10.77.0.51" } } }] })]);
  index.apply([hardware("m51", { interfaces: [{ dhcp: { ip: { address: "10.77.0.51" } } }] })]);
  assert.equal(index.byMac(mac).found, "none");
  assert.equal(index.byAddress("10.77.0.51").found, "one");
});

test("two records with one MAC are named, and both are found until one goes", () => {
  const index = new MachineIndex();
  index.upsert(m50());
  const claims = index.upsert({ ...m50("10.77.0.60"), metadata: { namespace: "other", name: "twin" } });
  const names = ["default/m50", "other/twin"];
  assert.deepEqual(claims, [{ kind: "mac", value: mac, names, newcomer: "other/twin" }]);
  assert.deepEqual(index.byMac(mac), { found: "several", names });
  index.remove({ metadata: { namespace: "other", name: "twin" } });
  assert.equal(index.byMac(mac).found, "one");
});

test("a claim that was told is not told again with each change of the record", () => {
  const index = new MachineIndex();
  index.upsert(m50());
  const twin = { ...m50("10.77.0.60"), metadata: { namespace: "other", name: "twin" } };
  assert.equal(index.upsert(twin).length, 1);
  assert.deepEqual(index.upsert(twin), []);
});

test("of a thousand records with one MAC a few are named and the rest counted", () => {
  const index = new MachineIndex();
  for (let at = 0; at < 1000; at += 1) index.upsert(hardware(`m${at}`, { interfaces: [{ dhcp: { mac } }] }));
  assert.deepEqual(index.byMac(mac), {
    found: "several",
    names: ["default/m0", "default/m1", "default/m2", "997 more"],
  });
});

test("records without interfaces, MACs or addresses harm nobody", () => {
  const index = new MachineIndex();
  index.apply([
    { metadata: { namespace: "default", name: "bare" } },
    hardware("odd", { interfaces: [{}, { dhcp: { mac: "not a mac" } }, { dhcp: { mac: "52-54-00-00-00-32" } }] }),
  ]);
  const found = index.byMac(mac);
  assert.equal(found.found === "one" && found.machine.address, undefined);
});

test("a MAC or an address leads events to its Hardware until it is another's too", () => {
  const index = new MachineIndex();
  const names = machineNames(index);
  const a = (...macs: string[]) => hardware("a", { interfaces: macs.map((each) => ({ dhcp: { mac: each } })) });
  index.apply([a("52:54:00:00:00:01", "52:54:00:00:00:02"), m50()]);
  assert.deepEqual(names.byMac("52:54:00:00:00:02"), { namespace: "default", name: "a" });
  assert.deepEqual(names.byIp("10.77.0.50"), { namespace: "default", name: "m50" });
  assert.equal(names.macOf({ namespace: "default", name: "a" }), "52:54:00:00:00:01");
  index.upsert(a("52:54:00:00:00:03"));
  assert.equal(names.byMac("52:54:00:00:00:02"), undefined);
  index.upsert(hardware("b", { interfaces: [{ dhcp: { mac: "52:54:00:00:00:03" } }] }));
  assert.equal(names.byMac("52:54:00:00:00:03"), undefined);
});

test("a change of a machine with very many cards costs no more for each of them", () => {
  const index = new MachineIndex();
  const addresses = Array.from({ length: 20_000 }, (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
  const many = hardware("many", { interfaces: addresses.map((address) => ({ dhcp: { ip: { address } } })) });
  index.upsert(many);
  const fromMs = process.cpuUsage().user / 1000;
  assert.deepEqual(index.upsert(many), []);
  // 20 ms or so; 2 s where each was looked for among all.
  assert.ok(process.cpuUsage().user / 1000 - fromMs < 500);
});
