import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineEvent, Resource } from "@neverland/api";
import { describeObject } from "./describe.ts";
import { formatObjects } from "./forms/objects.ts";
import { readOutputFormat } from "./forms/output-format.ts";

const hardware: Resource = {
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Hardware",
  metadata: { name: "a", namespace: "default", uid: "u", resourceVersion: "7", generation: 1, labels: { rack: "1" } },
  spec: { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" } }] },
};
const event: MachineEvent = {
  apiVersion: "metal.neverland.dev/v1alpha1",
  kind: "MachineEvent",
  metadata: { name: "e", namespace: "default", uid: "v", resourceVersion: "8", generation: 1 },
  spec: {
    source: "boots/dhcp",
    type: "DhcpOffer",
    message: "offered 10.0.0.5",
    time: "2026-01-01T00:00:00.000Z",
    count: 3,
  },
};

test("a description shows fields, then events with their age and count", () => {
  assert.equal(
    describeObject(hardware, [event], Date.parse("2026-01-01T00:01:30.000Z")),
    `Name:         a
Namespace:    default
Kind:         Hardware (tinkerbell.org/v1alpha1)
State:        Known
Labels:       rack=1
Annotations:  <none>
Metadata:       <none>
Spec:
  interfaces:
  - dhcp:
      mac: "52:54:00:00:00:01"
Status:       <none>
Events:
  AGE   TYPE        REASON   FROM         MESSAGE
  90s   DhcpOffer            boots/dhcp   offered 10.0.0.5 (3 times)
`,
  );
});

test("what stands at the top of an object, true or a number or a word, is shown on its line", () => {
  const secret = { ...hardware, kind: "Secret", spec: undefined, immutable: true, type: "Opaque", count: 0, data: {} };
  const lines = describeObject(secret, [], 0).split("\n");
  for (const line of ["Immutable:    true", "Type:         Opaque", "Count:        0", "Data:       <none>"])
    assert.ok(lines.includes(line), `${line} is not one of ${lines.join("; ")}`);
});

test("one object prints as itself, several as a List, names as kubectl writes them", async () => {
  const json = { format: { type: "json" } } as const;
  assert.equal((JSON.parse(await formatObjects([hardware], true, json)) as Resource).kind, "Hardware");
  assert.equal((JSON.parse(await formatObjects([hardware], false, json)) as Resource).kind, "List");
  assert.equal(await formatObjects([hardware], true, { format: { type: "name" } }), "hardware.tinkerbell.org/a\n");
});

test("an unknown output format is refused with those there are", async () => {
  await assert.rejects(readOutputFormat("xml"), /-o xml: expected one of json, yaml, name, wide, jsonpath=/);
  await assert.rejects(readOutputFormat("jsonpath"), /-o jsonpath: expected jsonpath=…/);
  assert.deepEqual(await readOutputFormat("jsonpath={.a}"), { type: "jsonpath", template: "{.a}" });
});
