import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { formatFault, readManifest } from "../manifest/read-manifest.ts";
import { hardwareFaults } from "./hardware-faults.ts";

const fieldCase = join(
  import.meta.dirname,
  "../../fixtures/field/22-hardware-values-that-are-no-addresses/hardware.yaml",
);

test("values of the field that are no addresses are refused where they are typed, each with what to write", async () => {
  const manifest = readManifest(await readFile(fieldCase, "utf8"), "hardware.yaml");
  assert.deepEqual(manifest.ok ? [] : manifest.faults.map(formatFault), [
    'hardware.yaml:8:44: spec.interfaces[0].dhcp.ip.netmask: expected a netmask such as 255.255.255.0, found "24": write 255.255.255.0',
    'hardware.yaml:10:40: spec.interfaces[0].dhcp.name_servers[1]: expected an address such as 192.0.2.10, found "dns.example"; DHCP tells machines addresses, no names',
    'hardware.yaml:9:24: spec.interfaces[0].dhcp.time_servers[0]: expected an address such as 192.0.2.10, found "pool.ntp.org"; DHCP tells machines addresses, no names',
    'hardware.yaml:20:23: spec.interfaces[0].dhcp.ip.address: expected an address, found "10.77.0.82 ": take away the blanks around it',
    'hardware.yaml:30:23: spec.interfaces[0].dhcp.ip.address: expected an address, found "10.77.0.84/24": write 10.77.0.84, and the length as netmask: 255.255.255.0',
    'hardware.yaml:40:44: spec.interfaces[0].dhcp.ip.netmask: expected a netmask, found "255.0.255.0": its ones do not stand together',
  ]);
});

for (const [what, ip, message] of [
  ["an address of five parts", { address: "10.0.0.0.1" }, /such as 192\.0\.2\.10, found "10\.0\.0\.0\.1"$/],
  ["an address with a byte too large", { address: "192.168.1.500" }, /found "192\.168\.1\.500"$/],
  ["the address of who has none", { address: "0.0.0.0" }, /that a machine can have, .*found "0\.0\.0\.0"$/],
  ["the address of a group", { address: "224.0.0.5" }, /that a machine can have/],
  ["the address of everybody", { address: "255.255.255.255" }, /that a machine can have/],
  ["an address in octal", { address: "010.0.0.5" }, /found "010\.0\.0\.5"$/],
  ["an address with its port", { gateway: "10.0.0.1:80" }, /found "10\.0\.0\.1:80"$/],
  ["a mask with blanks around it", { netmask: "255.255.255.0 " }, /found "255\.255\.255\.0 ": write 255\.255\.255\.0$/],
  ["a prefix with its slash", { netmask: "/22" }, /write 255\.255\.252\.0$/],
  ["a prefix that is too long", { netmask: "33" }, /found "33"$/],
  ["a prefix of nothing", { netmask: "0" }, /write 0\.0\.0\.0$/],
  ["a mask that has its bits the wrong way round", { netmask: "0.0.0.255" }, /do not stand together$/],
  ["an IPv6 prefix in an address", { address: "2001:db8::5/64" }, /write 2001:db8::5$/],
  ["a text without end", { gateway: "x".repeat(5000) }, /^.{10,160}$/],
] as const)
  test(`${what} is refused`, () => {
    const [fault, ...more] = hardwareFaults({ spec: { interfaces: [{}, { dhcp: { ip } }] } });
    assert.deepEqual(fault?.path.slice(0, 5), ["spec", "interfaces", 1, "dhcp", "ip"]);
    assert.match(fault?.message ?? "", message);
    assert.deepEqual(more, []);
  });

for (const [what, dhcp] of [
  ["what is empty", { ip: { address: "", netmask: "", gateway: "" }, name_servers: [""], time_servers: null }],
  ["the first of machines' addresses", { ip: { address: "1.0.0.1" } }],
  ["the last of machines' addresses", { ip: { address: "223.255.255.254" } }],
  [
    "IPv6 addresses",
    { ip: { address: "2001:db8::5", netmask: "ffff:ffff::", gateway: "fe80::1" }, name_servers: ["2001:db8::53"] },
  ],
  ["masks of all and of nothing", { ip: { address: "10.0.0.5", netmask: "255.255.255.255", gateway: "0.0.0.0" } }],
  ["another form than a text, which the schema refuses", { ip: { address: 5 }, name_servers: { a: 1 } }],
] as const)
  test(`${what}: no fault`, () => assert.deepEqual(hardwareFaults({ spec: { interfaces: [{ dhcp }] } }), []));

test("of very many faults the first are told", () => {
  const dhcp = { name_servers: Array.from({ length: 9000 }, (_, at) => `dns${at}`) };
  assert.equal(hardwareFaults({ spec: { interfaces: [{ dhcp }] } }).length, 100);
});

for (const [what, spec, path, message] of [
  [
    "a host name with a blank",
    { interfaces: [{ dhcp: { hostname: "a_b c" } }] },
    "interfaces.0.dhcp.hostname",
    /found "a_b c": take away " "$/,
  ],
  [
    "a host name with a letter of no alphabet of DNS",
    { interfaces: [{ dhcp: { hostname: "knüll" } }] },
    "interfaces.0.dhcp.hostname",
    /take away "ü"$/,
  ],
  [
    "a host name that begins with a hyphen",
    { interfaces: [{ dhcp: { hostname: "-node" } }] },
    "interfaces.0.dhcp.hostname",
    /found "-node": no part of it begins or ends with "-"$/,
  ],
  [
    "a host name of which a part ends with a hyphen",
    { interfaces: [{ dhcp: { hostname: "node-.example" } }] },
    "interfaces.0.dhcp.hostname",
    /no part of it begins or ends with "-"$/,
  ],
  [
    "a host name with two dots",
    { interfaces: [{ dhcp: { hostname: "node..example" } }] },
    "interfaces.0.dhcp.hostname",
    /it has a part with nothing in it$/,
  ],
  [
    "a host name of one very long part",
    { interfaces: [{ dhcp: { hostname: "x".repeat(64) } }] },
    "interfaces.0.dhcp.hostname",
    /no part of it is longer than 63 letters$/,
  ],
  [
    "a VLAN beyond twelve bits",
    { interfaces: [{ dhcp: { vlan_id: "12,9999" } }] },
    "interfaces.0.dhcp.vlan_id",
    /from 0 to 4096/,
  ],
  [
    "a disk without its folder",
    { disks: [{ device: "/dev/sda" }, { device: "nvme0n1" }] },
    "disks.1.device",
    /: write \/dev\/nvme0n1$/,
  ],
] as const)
  test(`${what} is refused`, () => {
    const [fault, ...more] = hardwareFaults({ spec });
    assert.deepEqual([fault?.path.join("."), more], [`spec.${path}`, []]);
    assert.match(fault?.message ?? "", message);
  });

for (const [mac, message] of [
  ["01:00:5e:00:00:01", /is a group's address \(its first octet is odd\), and no card's: write that of the card/],
  ["53:54:00:00:00:01", /a group's/],
  ["ff:ff:ff:ff:ff:ff", /everybody's address/],
  ["00:00:00:00:00:00", /no card's address/],
] as const)
  test(`the MAC ${mac} is refused`, () => {
    const [fault, ...more] = hardwareFaults({ spec: { interfaces: [{ dhcp: { mac } }] } });
    assert.deepEqual([fault?.path.join("."), more], ["spec.interfaces.0.dhcp.mac", []]);
    assert.match(fault?.message ?? "", message);
  });

test("MACs of cards are no fault, nor is another form, which the schema refuses", () => {
  for (const mac of ["52:54:00:00:00:01", "00:00:00:00:00:01", "fe:ff:ff:ff:ff:ff", "", "01-00", "zz", 5, null])
    assert.deepEqual(hardwareFaults({ spec: { interfaces: [{ dhcp: { mac } }] } }), []);
});

test("names as networks have them are no fault", () => {
  for (const hostname of ["node-1", "node_1.rack-7.example", "NODE", "1", "node.example.", "_x", "x".repeat(63)])
    assert.deepEqual(hardwareFaults({ spec: { interfaces: [{ dhcp: { hostname, vlan_id: "4,5" } }] } }), []);
});
