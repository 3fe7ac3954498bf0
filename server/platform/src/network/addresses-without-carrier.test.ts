import assert from "node:assert/strict";
import { test } from "node:test";
import { readLinks } from "./addresses-without-carrier.ts";

const link = (ifname: string, flags: readonly string[], prefixlen = 24) => ({
  ifname,
  flags,
  address: "02:00:00:00:00:01",
  addr_info: [
    { family: "inet", local: "10.0.0.1", prefixlen },
    { family: "inet6", local: "fe80::1", prefixlen: 64 },
  ],
});

test("links that are up without carrier are told with their IPv4 addresses, and no others", () => {
  const all = [
    link("out", ["NO-CARRIER", "BROADCAST", "UP"], 20),
    link("down", ["BROADCAST"]),
    link("running", ["BROADCAST", "UP", "LOWER_UP"]),
  ];
  assert.deepEqual(readLinks(JSON.stringify(all)), [
    { name: "out", mac: "02:00:00:00:00:01", ipv4: [{ address: "10.0.0.1", netmask: "255.255.240.0" }] },
  ]);
});
