import assert from "node:assert/strict";
import { test } from "node:test";
import { newHardware, newWorkflow, ownAddressIn, readNetwork } from "./machine-manifests.ts";

const machine = {
  ...{
    name: "node-1",
    namespace: "default",
    mac: "52:54:00:12:34:56",
    disk: "/dev/vda",
    sshKeys: ["ssh-ed25519 AAAA"],
  },
  network: { address: "10.77.0.50", prefixLength: 20 },
};

test("a machine's Hardware has what was said, and what follows from it", () => {
  assert.deepEqual(newHardware({ ...machine, gateway: "10.77.0.1" }).resource.spec, {
    disks: [{ device: "/dev/vda" }],
    interfaces: [
      {
        dhcp: {
          mac: "52:54:00:12:34:56",
          hostname: "node-1",
          arch: "x86_64",
          lease_time: 86_400,
          ip: { address: "10.77.0.50", netmask: "255.255.240.0", gateway: "10.77.0.1" },
          name_servers: ["10.77.0.1"],
        },
      },
    ],
    metadata: { instance: { id: "node-1", hostname: "node-1", ssh_keys: ["ssh-ed25519 AAAA"] } },
  });
});

test("its Workflow is named by both, and says nothing of the permission to boot from the network", () => {
  const { resource } = newWorkflow(machine, "debian", "10.77.0.1:7080");
  assert.equal(resource.metadata.name, "node-1-debian");
  assert.deepEqual(resource.spec, {
    templateRef: "debian",
    hardwareRef: "node-1",
    hardwareMap: { device_1: "52:54:00:12:34:56", server: "10.77.0.1:7080" },
  });
});

test("the server's address is the one in the machine's network", () => {
  const of = (address: string) => [
    { address, family: "IPv4", netmask: "", mac: "", internal: false, cidr: null } as const,
  ];
  const interfaces = { lo: of("127.0.0.1"), eth0: of("10.77.16.1"), eth1: of("10.77.15.1") };
  assert.equal(ownAddressIn(machine.network, interfaces), "10.77.15.1");
  assert.equal(ownAddressIn({ address: "192.168.1.5", prefixLength: 24 }, interfaces), undefined);
});

for (const text of ["10.0.0.1", "10.0.0.256/24", "10.0.0.1/33", "10.0.0.1/0", "10.0.0/8", "fd00::1/64", ""])
  test(`${JSON.stringify(text)} is no address with its prefix length`, () => {
    assert.equal(readNetwork(text), undefined);
  });
