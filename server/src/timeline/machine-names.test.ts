import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware } from "@neverland/api";
import { MachineNames } from "./machine-names.ts";

function hardware(name: string, ...macs: string[]): Hardware {
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: { name, namespace: "lab", uid: name, resourceVersion: "1", generation: 1 },
    spec: { interfaces: macs.map((mac) => ({ dhcp: { mac } })) },
  };
}

const first = "52:54:00:00:00:01";
const second = "52:54:00:00:00:02";

test("a machine is found by each of its MACs, and its first MAC by its name", () => {
  const names = new MachineNames();
  names.apply([hardware("m1", first, second)]);
  assert.deepEqual(names.byMac(second.toUpperCase()), { namespace: "lab", name: "m1" });
  assert.equal(names.macOf({ namespace: "lab", name: "m1" }), first);
  assert.equal(names.macOf({ namespace: "lab", name: "m2" }), undefined);
});

test("a MAC that moves to another machine is found there, one that two claim nowhere", () => {
  const names = new MachineNames();
  names.apply([hardware("m1", first)]);
  names.set(hardware("m2", first));
  assert.equal(names.byMac(first), undefined);
  names.set(hardware("m1", second));
  assert.equal(names.byMac(first)?.name, "m2");
  names.delete(hardware("m2"));
  assert.equal(names.byMac(first), undefined);
});
