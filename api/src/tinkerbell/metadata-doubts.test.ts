import assert from "node:assert/strict";
import { test } from "node:test";
import { metadataDoubts } from "./metadata-doubts.ts";

const instanceOf = (instance: object) => ({ spec: { metadata: { instance } } });

test("of names and addresses that are none", () => {
  const ips = [{ address: "10.0.0.5" }, { address: "10.77.0.300", netmask: "24", gateway: "gw" }];
  assert.deepEqual(metadataDoubts(instanceOf({ hostname: "a b", ips })), [
    'spec.metadata.instance.hostname: "a b" is no host name, so systems take another one: take away " "',
    'spec.metadata.instance.ips[1].address: "10.77.0.300" is no address, and systems are told it as one',
    'spec.metadata.instance.ips[1].netmask: "24" is no netmask such as 255.255.255.0',
    'spec.metadata.instance.ips[1].gateway: "gw" is no address, and systems are told it as one',
  ]);
});

test("none of what is right, empty, or of a form that the schema refuses", () => {
  const ips = [
    { address: "10.0.0.5", netmask: "255.255.255.0", gateway: "" },
    { address: "2001:db8::5", gateway: 5 },
  ];
  assert.deepEqual(metadataDoubts(instanceOf({ hostname: "node-1.example", ips })), []);
  assert.deepEqual(metadataDoubts(instanceOf({ hostname: null, ips: "x" })), []);
  assert.deepEqual(metadataDoubts({}), []);
});
