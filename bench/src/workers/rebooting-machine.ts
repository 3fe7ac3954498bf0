// A machine that was told to restart, beside the events of a whole hall: its workflow is looked at each second until the machine
// comes up again, and what that costs must not grow with what has happened elsewhere.

import { setTimeout as delay } from "node:timers/promises";
import { kinds, ResourceClient } from "@neverland/api";
import type { LoopStall } from "../figures/loop-watch.ts";
import { machineName, writeHall } from "../scale/full-data-folder.ts";
import { machineAt } from "./machine.ts";
import { ServerProcess } from "./server-process.ts";
import { startAction } from "./start-action.ts";
import { readAddresses, type TinkAddresses, tinkUp } from "./tink-up.ts";

export type RebootFigures = {
  readonly events: number;
  readonly stall: LoopStall;
  /** Of one core, while the machine is being waited for and nobody looks at the event loop. */
  readonly cpuShare: number;
};

const namespace = "default";
const machines = 1000;
/** The machine that restarts has no other workflow. */
const index = 0;
const watchMs = 10_000;
const timeoutMs = 120_000;

export async function measureReboot(events: number): Promise<RebootFigures> {
  const server = await ServerProcess.start(async (dir) => {
    await writeHall(dir, { machines, workflows: 0, events });
    return tinkUp(dir);
  });
  try {
    const addresses = await readAddresses(server.readyLine);
    await createReboot(addresses);
    await startAction(addresses.grpcPort, index, AbortSignal.timeout(timeoutMs));
    // What the start has left to do is not what is measured.
    await delay(watchMs);
    await server.longestStall();
    await delay(watchMs);
    const stall = await server.longestStall("last stall");
    const [fromCpuMs, fromMs] = [await server.cpuMs(), performance.now()];
    await delay(watchMs);
    return { events, stall, cpuShare: ((await server.cpuMs()) - fromCpuMs) / (performance.now() - fromMs) };
  } finally {
    await server.stop();
  }
}

async function createReboot({ api, token }: TinkAddresses): Promise<void> {
  const transport = { server: api, token };
  const data = [
    'version: "0.1"',
    "name: restart",
    "tasks:",
    "  - name: restart",
    '    worker: "{{.device_1}}"',
    "    actions:",
    "      - name: reboot",
    "        image: tinkerbell/actions/reboot:latest",
    "        timeout: 900",
    "",
  ].join("\n");
  await new ResourceClient(kinds.Template, transport).create({
    metadata: { name: "restart", namespace },
    spec: { data },
  });
  await new ResourceClient(kinds.Workflow, transport).create({
    metadata: { name: "restart", namespace },
    spec: {
      templateRef: "restart",
      hardwareRef: machineName(index),
      hardwareMap: { device_1: machineAt(index).mac },
    },
  });
}
