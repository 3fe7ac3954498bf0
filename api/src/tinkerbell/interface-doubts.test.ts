import assert from "node:assert/strict";
import { test } from "node:test";
import { hardwareDoubts } from "./interface-doubts.ts";

const cases: readonly [what: string, card: object, doubts: readonly RegExp[]][] = [
  [
    "a netmask as a prefix",
    { dhcp: { ip: { netmask: "/24" } } },
    [/dhcp\.ip\.netmask: "\/24" is no IPv4 .* no netmask$/],
  ],
  [
    "a netmask with a hole",
    { dhcp: { ip: { netmask: "255.0.255.0" } } },
    [/dhcp\.ip\.netmask: "255\.0\.255\.0" is no netmask: .* told none$/],
  ],
  [
    "a gateway that is the machine itself",
    { dhcp: { ip: { address: "10.0.0.5", gateway: "10.0.0.5" } } },
    [/dhcp\.ip: the gateway "10\.0\.0\.5" is the machine's own address, so it is told no gateway$/],
  ],
  [
    "a gateway outside of the network",
    { dhcp: { ip: { address: "10.0.0.5", netmask: "255.255.255.0", gateway: "10.0.1.1" } } },
    [/dhcp\.ip: the gateway "10\.0\.1\.1" is not in the network of "10\.0\.0\.5" with netmask 255\.255\.255\.0/],
  ],
  [
    "a gateway at the other end of a high network",
    { dhcp: { ip: { address: "200.0.0.5", netmask: "128.0.0.0", gateway: "223.0.0.1" } } },
    [],
  ],
  [
    "the gateway of an address alone",
    { dhcp: { ip: { address: "10.0.0.5", netmask: "255.255.255.255", gateway: "172.31.1.1" } } },
    [],
  ],
  [
    "the address of a network",
    { dhcp: { ip: { address: "192.168.1.0", netmask: "255.255.255.0" } } },
    [/dhcp\.ip: the address "192\.168\.1\.0" is that of its network itself/],
  ],
  [
    "a broadcast address",
    { dhcp: { ip: { address: "10.77.15.255", netmask: "255.255.240.0" } } },
    [/dhcp\.ip: the address "10\.77\.15\.255" is the broadcast address/],
  ],
  ["such an address within a larger network", { dhcp: { ip: { address: "10.0.1.0", netmask: "255.255.0.0" } } }, []],
  ["both of two addresses", { dhcp: { ip: { address: "10.0.0.1", netmask: "255.255.255.254" } } }, []],
  ["a netmask of one address", { dhcp: { ip: { netmask: "255.255.255.255" } } }, []],
  ["a netmask of nothing", { dhcp: { ip: { netmask: "0.0.0.0", gateway: "" } } }, []],
  ["a netmask of thirty", { dhcp: { ip: { netmask: "255.255.255.252", address: "10.0.0.5" } } }, []],
  ["a gateway by name", { dhcp: { ip: { gateway: "gw.example" } } }, [/dhcp\.ip\.gateway: .* no gateway$/]],
  ["an IPv6 address", { dhcp: { ip: { address: "fd00::5" } } }, [/dhcp\.ip\.address: .* none by DHCP$/]],
  [
    "a name server by name",
    { dhcp: { name_servers: ["10.0.0.8", "dns"] } },
    [/dhcp\.name_servers\[1\]: "dns" is no IPv4/],
  ],
  ["a time server by name", { dhcp: { time_servers: ["ntp"] } }, [/dhcp\.time_servers\[0\]: "ntp" is no IPv4/]],
  ["a lease of no time", { dhcp: { lease_time: 0 } }, [/dhcp\.lease_time: 0 is no time .* a week is leased$/]],
  ["a lease of more than there is", { dhcp: { lease_time: 2 ** 32 } }, [/dhcp\.lease_time: 4294967296 is no time/]],
  [
    "a host name that is too long",
    { dhcp: { hostname: "é".repeat(128) } },
    [/dhcp\.hostname: is longer than the 255 bytes/],
  ],
  ["a host name of two lines", { dhcp: { hostname: "a\nb" } }, [/dhcp\.hostname: machines are told it as one line/]],
  ["a host name that cannot be seen", { dhcp: { hostname: "\n" } }, [/dhcp\.hostname: is nothing that can be seen/]],
  ["another name for an architecture", { dhcp: { arch: "arm64" } }, [/dhcp\.arch: .* vmlinuz-arm64; .* aarch64$/]],
  ["an architecture as Linux calls it", { dhcp: { arch: "aarch64" } }, []],
  ["a domain with a blank", { dhcp: { domain_name: "a b" } }, [/dhcp\.domain_name: "a b" has what no domain's name/]],
  [
    "scripts and folders at what is no URL",
    { netboot: { ipxe: { url: "htp://x/y.ipxe" }, osie: { baseURL: "10.0.0.9/hook" } } },
    [/ipxe\.url: "htp:\/\/x\/y\.ipxe" is no http or https URL/, /osie\.baseURL: "10\.0\.0\.9\/hook" is no http/],
  ],
  [
    "URLs that iPXE loads, or makes itself",
    { netboot: { ipxe: { url: "HTTPS://x/y" }, osie: { baseURL: `\${base}/hook` } } },
    [],
  ],
  [
    "what is not served yet",
    { isoboot: { sourceISO: "http://x/y.iso" }, netboot: { pxelinux: { config: "x" }, rpi: { configTxt: "x" } } },
    [/pxelinux\.config: this server does not serve it yet/, /rpi\.configTxt: /, /isoboot\.sourceISO: /],
  ],
  ["a long part of a domain", { dhcp: { domain_name: `${"x".repeat(64)}.example` } }, [/no search list$/]],
  [
    "a TFTP server by name",
    { dhcp: { tftp_server_name: "tftp.example", boot_file_name: "x" } },
    [/tftp_server_name: .* option 66/],
  ],
  ["a long boot file", { dhcp: { boot_file_name: "x".repeat(256) } }, [/boot_file_name: is longer than/]],
  [
    "a script's URL with a line end",
    { netboot: { ipxe: { url: "http://a/\nb" } } },
    [/netboot\.ipxe\.url: .* one line/],
  ],
  [
    "what is empty or not there",
    { dhcp: { hostname: "", ip: { gateway: "" }, name_servers: null }, netboot: null },
    [],
  ],
  [
    "what is told as it is",
    { dhcp: { lease_time: 0xffffffff, hostname: "a", ip: { address: "10.0.0.5", netmask: "255.255.255.0" } } },
    [],
  ],
];

for (const [what, card, doubts] of cases)
  test(`of ${what}`, () => {
    const found = hardwareDoubts({ spec: { interfaces: [{}, card] } });
    assert.equal(found.length, doubts.length, found.join("; "));
    for (const [at, doubt] of doubts.entries()) {
      assert.match(found[at] ?? "", /^spec\.interfaces\[1\]\./);
      assert.match(found[at] ?? "", doubt);
    }
  });

test("of a card that stands there twice", () => {
  const card = { dhcp: { mac: "52:54:00:00:00:01" } };
  assert.deepEqual(hardwareDoubts({ spec: { interfaces: [card, { dhcp: {} }, card] } }), [
    'spec.interfaces[2].dhcp.mac: "52:54:00:00:00:01" is spec.interfaces[0].dhcp.mac, too, which alone is answered',
  ]);
});

test("of very many cards at a cost that grows with their number alone", () => {
  const interfaces = Array.from({ length: 30_000 }, (_, n) => ({ dhcp: { mac: `card ${n}` } }));
  const beganMs = performance.now();
  assert.deepEqual(hardwareDoubts({ spec: { interfaces } }), []);
  assert.ok(performance.now() - beganMs < 2000);
});

for (const [device, isDoubted] of [
  ["/dev/sda1", true],
  ["/dev/vdb12", true],
  ["/dev/nvme0n1p1", true],
  ["/dev/mmcblk0p2", true],
  ["/dev/disk/by-id/wwn-0x5000-part3", true],
  ["/dev/sda", false],
  ["/dev/nvme0n1", false],
  ["/dev/mmcblk0", false],
  ["/dev/md0", false],
  ["/dev/xvda1", false],
  ["/dev/disk/by-id/wwn-0x5000", false],
  ["", false],
] as const)
  test(`${JSON.stringify(device)} is ${isDoubted ? "doubted" : "taken"} as a disk`, () => {
    const doubts = hardwareDoubts({ spec: { disks: [{}, { device }] } });
    const expected = `spec.disks[1].device: ${JSON.stringify(device)} is a partition's name; an image is for a whole disk`;
    assert.deepEqual(doubts, isDoubted ? [expected] : []);
  });
