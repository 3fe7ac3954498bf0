import assert from "node:assert/strict";
import { test } from "node:test";
import { labMacAddress, parseMacAddress } from "./mac-address.ts";
import { machineSpec } from "./machine-spec.ts";

test("a name and a MAC are enough, and give the same identity each time", () => {
  assert.deepEqual(machineSpec({ name: "m1", mac: "02-4C-41-42-00-01" }), {
    name: "m1",
    mac: "02:4c:41:42:00:01",
    firmware: "bios",
    memoryMiB: 1024,
    diskGiB: 8,
    cpus: 1,
    nic: "virtio",
    disk: "virtio",
    netboot: "native",
    uuid: "4c414220-0000-4000-8000-024c41420001",
    serial: "LAB-024C41420001",
    hurryIpxe: true,
  });
});

test("refuses what no machine can be, naming the field", () => {
  const base = { name: "m1", mac: "02:00:00:00:00:01" };
  const bad = (change: object): void =>
    assert.throws(() => machineSpec({ ...base, ...change }), {
      code: "bad-spec",
      message: new RegExp(Object.keys(change).join()),
    });
  bad({ memoryMiB: 0 });
  bad({ diskGiB: 1.5 });
  bad({ firmware: "coreboot" });
  bad({ nic: "token-ring" });
  bad({ serial: "a,b" });
  bad({ uuid: "1" });
  bad({ colour: "red" });
  assert.throws(() => machineSpec({ ...base, name: "../m1" }), { code: "bad-spec", message: /name/ });
});

test("refuses addresses that no machine can own", () => {
  assert.throws(() => parseMacAddress("01:00:5e:00:00:01"), { code: "bad-spec", message: /multicast/ });
  assert.throws(() => parseMacAddress("02:00:00:00:00"), { code: "bad-spec" });
  assert.equal(labMacAddress(258), "02:4c:41:42:01:02");
});
