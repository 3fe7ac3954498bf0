// The demo's one machine: its addresses, and the objects that describe it to the server.
import type { Hardware, Workflow } from "@neverland/api";

export const demoNetwork = {
  serverAddress: "10.77.0.1",
  netmask: "255.255.255.0",
  machineAddress: "10.77.0.50",
} as const;

export const demoMachine = {
  name: "demo",
  mac: "52:54:00:77:00:50",
  /** cloud-init makes this account, with the demo's key and no password. */
  user: "debian",
} as const;

export type Firmware = "bios" | "uefi";

export type DemoFacts = {
  readonly firmware: Firmware;
  readonly sshPublicKey: string;
  /** `ADDRESS:PORT` of the boot plane's HTTP server. */
  readonly server: string;
  readonly instanceId: string;
};

type Described<R extends { spec?: unknown }> = {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: NonNullable<R["spec"]>;
};

/** cloud-init tells us when it is done. */
function userData(server: string): string {
  return `#cloud-config\nphone_home:\n  url: http://${server}/phone-home\n  post: [instance_id, hostname]\n  tries: 3\n`;
}

export function demoHardware({ firmware, sshPublicKey, instanceId, server }: DemoFacts): Described<Hardware> {
  const { name, mac } = demoMachine;
  const { machineAddress: address, netmask, serverAddress: gateway } = demoNetwork;
  const dhcp = {
    mac,
    hostname: name,
    arch: "x86_64",
    uefi: firmware === "uefi",
    lease_time: 86_400,
    ip: { address, netmask, gateway },
  };
  const netboot = { allowPXE: false, allowWorkflow: true, osie: { kernelParams: ["console=ttyS0,115200"] } };
  return {
    metadata: { name, namespace: "default" },
    spec: {
      disks: [{ device: "/dev/vda" }],
      interfaces: [{ dhcp, netboot }],
      userData: userData(server),
      metadata: { instance: { id: instanceId, hostname: name, ssh_keys: [sshPublicKey] } },
    },
  };
}

/** Runs a template of `examples/`, as anyone would use it. */
export function demoWorkflow({ server }: DemoFacts, templateRef: string): Described<Workflow> {
  return {
    metadata: { name: `${demoMachine.name}-debian`, namespace: "default" },
    spec: {
      templateRef,
      hardwareRef: demoMachine.name,
      hardwareMap: { device_1: demoMachine.mac, server },
      bootOptions: { toggleAllowNetboot: true },
    },
  };
}
