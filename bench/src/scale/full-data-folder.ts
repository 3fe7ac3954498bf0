// A data folder as a hall of machines leaves it: written in one go, which the front door would take minutes for.
import { join } from "node:path";
import { type JsonObject, type KindInfo, kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { WritePath } from "@neverland/resources/write-path.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { type Machine, machineAt } from "../workers/machine.ts";

export type HallSize = { readonly machines: number; readonly workflows: number; readonly events: number };

/** Where the machines are. */
export type HallNetwork = {
  readonly netmask: string;
  readonly gateway: string;
  readonly machineAt: (index: number) => Machine;
};

const namespace = "default";
const loopback: HallNetwork = { netmask: "255.0.0.0", gateway: "127.0.0.1", machineAt };

export const machineName = (index: number): string => `node-${index}`;

/**
 * Hardware for each machine, workflows for the first of them (each one waits for its worker), and events of all. By the one write path, so that
 * they are what people's posts leave: complete, and with the owners of their fields.
 */
export async function writeHall(
  dataDir: string,
  { machines, workflows, events }: HallSize,
  network: HallNetwork = loopback,
): Promise<void> {
  const store = await openSqliteStore(join(dataDir, "neverland.db"));
  try {
    const writes = new WritePath({ store, clock: systemClock });
    const post = (kind: KindInfo, object: JsonObject) =>
      writes.create(kind, object, { namespace }, { manager: "kubectl-create", dryRun: false });
    await post(kinds.Template, { metadata: { name: "install", namespace }, spec: { data: templateData } });
    await each(machines, (index) => post(kinds.Hardware, hardwareOf(index, network)));
    await each(workflows, (index) => post(kinds.Workflow, workflowOf(index, network)));
    await each(events, (index) => typedStore(store, kinds.MachineEvent).create(eventOf(index, machines, events)));
  } finally {
    await store.close();
  }
}

/** Many at once, so that they share a flush. */
async function each(count: number, create: (index: number) => Promise<unknown>): Promise<void> {
  const atOnce = 1000;
  for (let from = 0; from < count; from += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => create(from + index)));
}

export function hardwareOf(index: number, { netmask, gateway, machineAt }: HallNetwork = loopback) {
  const { mac, address } = machineAt(index);
  const name = machineName(index);
  const ip = { address, netmask, gateway };
  const dhcp = { mac, ip, hostname: name, lease_time: 86_400 };
  return {
    metadata: { name, namespace, labels: { rack: `r${index % 40}` } },
    spec: { interfaces: [{ dhcp, netboot: { allowPXE: true } }], metadata: { instance: { id: name, hostname: name } } },
  };
}

/** Of its machine, whose first action waits for the worker. */
export function workflowOf(index: number, { machineAt }: HallNetwork = loopback) {
  const hardwareMap = { device_1: machineAt(index).mac };
  return {
    metadata: { name: machineName(index), namespace },
    spec: { templateRef: "install", hardwareRef: machineName(index), hardwareMap },
  };
}

function eventOf(index: number, machines: number, count: number) {
  const machine = index % machines;
  return {
    metadata: { name: `event-${index}`, namespace },
    spec: {
      hardware: machineName(machine),
      mac: machineAt(machine).mac,
      source: "boots/dhcp",
      type: "DhcpOffer",
      message: `offered ${machineAt(machine).address} to the firmware (PXE) of ${namespace}/${machineName(machine)}`,
      time: new Date(Date.now() - (count - index) * 1000).toISOString(),
    },
  };
}

const templateData = `version: "0.1"
name: install
global_timeout: 3600
tasks:
  - name: install
    worker: "{{.device_1}}"
    actions:
      - name: image
        image: tinkerbell/actions/image2disk:latest
        timeout: 900
        environment:
          IMG_URL: http://192.0.2.1/files/debian.raw.zst
          DEST_DISK: /dev/sda
`;
