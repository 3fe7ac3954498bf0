import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware } from "@neverland/api";
import { MachineNames } from "./machine-names.ts";

function hardware(name: string, ...macs: string[]): Hardware {
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: { name, namespace: "default", uid: name, resourceVersion: "1", generation: 1 },
    spec: { interfaces: macs.map((mac) => ({ dhcp: { mac } })) },
  };
}

test("a MAC leads to its Hardware until it is another's or nobody's", () => {
  const names = new MachineNames();
  names.apply([hardware("a", "52:54:00:00:00:01", "52:54:00:00:00:02")]);
  assert.deepEqual(names.byMac("52:54:00:00:00:02"), { namespace: "default", name: "a" });
  assert.equal(names.macOf({ namespace: "default", name: "a" }), "52:54:00:00:00:01");
  names.upsert(hardware("a", "52:54:00:00:00:03"));
  assert.equal(names.byMac("52:54:00:00:00:02"), undefined);
  names.upsert(hardware("b", "52:54:00:00:00:03"));
  assert.equal(names.byMac("52:54:00:00:00:03"), undefined);
  names.remove(hardware("b"));
  assert.deepEqual(names.byMac("52:54:00:00:00:03"), { namespace: "default", name: "a" });
});
