// The demo's one machine: its addresses, and the objects that describe it to the server.
import type { ObjectInput } from "@neverland/api";

export const demoNetwork = {
  serverAddress: "10.77.0.1",
  prefixLength: 24,
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

/** The Hardware and the Workflow; the Template is the one of `examples/debian`, as anyone would use it. */
export function demoObjects(options: {
  firmware: Firmware;
  sshPublicKey: string;
  server: string;
  instanceId: string;
}): ObjectInput[] {
  const { name, mac } = demoMachine;
  const hardware: ObjectInput = {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: { name, namespace: "default" },
    spec: {
      disks: [{ device: "/dev/vda" }],
      interfaces: [
        {
          dhcp: {
            mac,
            hostname: name,
            arch: "x86_64",
            uefi: options.firmware === "uefi",
            lease_time: 86_400,
            ip: {
              address: demoNetwork.machineAddress,
              netmask: demoNetwork.netmask,
              gateway: demoNetwork.serverAddress,
            },
          },
          netboot: { allowPXE: false, allowWorkflow: true, osie: { kernelParams: ["console=ttyS0,115200"] } },
        },
      ],
      metadata: { instance: { id: options.instanceId, hostname: name, ssh_keys: [options.sshPublicKey] } },
    },
  };
  const workflow: ObjectInput = {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Workflow",
    metadata: { name: `${name}-debian`, namespace: "default" },
    spec: {
      templateRef: "debian",
      hardwareRef: name,
      hardwareMap: { device_1: mac, server: options.server },
      bootOptions: { toggleAllowNetboot: true },
    },
  };
  return [hardware, workflow];
}
