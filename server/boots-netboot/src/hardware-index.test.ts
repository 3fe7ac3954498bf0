// The index: what is found after each change, and what two records claim at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MacAddress } from "@neverland/protocols";
import { type DuplicateClaim, HardwareIndex } from "./hardware-index.ts";
import { testMachine } from "./testing/machines.ts";

const mac = "52:54:00:00:00:32" as MacAddress;

function newIndex() {
  const duplicates: DuplicateClaim[] = [];
  return { duplicates, index: new HardwareIndex((claim) => duplicates.push(claim)) };
}

test("finds a machine by MAC and by address, and forgets it when it is removed", () => {
  const { index } = newIndex();
  index.upsert(testMachine(50));
  assert.equal(index.byMac(mac).found, "one");
  assert.equal(index.byIp("10.77.0.50").found, "one");
  index.remove(testMachine(50));
  assert.equal(index.byMac(mac).found, "none");
  assert.equal(index.byIp("10.77.0.50").found, "none");
});

test("a change of address leaves nothing under the old one", () => {
  const { index, duplicates } = newIndex();
  index.upsert(testMachine(50));
  index.upsert(testMachine(50, { dhcp: { ip: { address: "10.77.0.51" } } }));
  assert.equal(index.byIp("10.77.0.50").found, "none");
  assert.equal(index.byIp("10.77.0.51").found, "one");
  assert.deepEqual(duplicates, []);
});

test("a fresh list replaces what it does not name", () => {
  const { index } = newIndex();
  index.apply([testMachine(50), testMachine(51)]);
  index.apply([testMachine(51)]);
  assert.equal(index.byMac(mac).found, "none");
  assert.equal(index.byIp("10.77.0.51").found, "one");
});

test("two records with one MAC are reported, and both are found until one goes", () => {
  const { index, duplicates } = newIndex();
  index.upsert(testMachine(50));
  index.upsert({ ...testMachine(50), metadata: { namespace: "other", name: "twin" } });
  assert.deepEqual(index.byMac(mac), { found: "several", names: ["default/m50", "other/twin"] });
  assert.deepEqual(duplicates[0], { kind: "mac", value: mac, names: ["default/m50", "other/twin"] });
  assert.equal(duplicates[1]?.kind, "ip");
  index.remove({ metadata: { namespace: "other", name: "twin" } });
  assert.equal(index.byMac(mac).found, "one");
});

test("records without interfaces, MACs or addresses harm nobody", () => {
  const { index } = newIndex();
  index.apply([
    { metadata: { name: "bare" } },
    {
      metadata: { name: "odd" },
      spec: { interfaces: [{}, { dhcp: { mac: "not a mac" } }, { dhcp: { mac: "52-54-00-00-00-32" } }] },
    },
  ]);
  const found = index.byMac(mac);
  assert.equal(found.found === "one" && found.machine.address, undefined);
});
