// A machine that was told to restart, beside the events of a whole hall: its workflow is looked at each second until the machine
// comes up again, and what that costs must not grow with what has happened elsewhere.

import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { kinds, ResourceClient } from "@neverland/api";
import {
  ActionRequestSchema,
  ActionResponseSchema,
  ActionStatusRequest_StateType,
  ActionStatusRequestSchema,
} from "@neverland/api/workflow";
import type { LoopStall } from "../figures/loop-watch.ts";
import { machineName, writeHall } from "../scale/full-data-folder.ts";
import { grpcCall } from "./grpc-call.ts";
import { machineAt } from "./machine.ts";
import { ServerProcess } from "./server-process.ts";
import { readAddresses, type TinkAddresses, tinkUp } from "./tink-up.ts";

export type RebootFigures = {
  readonly events: number;
  readonly stall: LoopStall;
  /** Of one core, while the machine is being waited for. */
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
    await startLastAction(addresses);
    // What the start has left to do is not what is measured.
    await delay(watchMs);
    await server.longestStall();
    const fromCpuMs = await server.cpuMs();
    await delay(watchMs);
    return {
      events,
      stall: await server.longestStall(),
      cpuShare: ((await server.cpuMs()) - fromCpuMs) / watchMs,
    };
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

/** As a worker whose machine then goes down: it says that the action runs, and no more. */
async function startLastAction({ grpcPort: port }: TinkAddresses): Promise<void> {
  const { mac, address } = machineAt(index);
  const session = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => connect({ host: "127.0.0.1", port, localAddress: address }),
  });
  const request = toBinary(ActionRequestSchema, create(ActionRequestSchema, { agentId: mac }));
  const signal = AbortSignal.timeout(timeoutMs);
  for (;;) {
    signal.throwIfAborted();
    const { status, message } = await grpcCall(session, "/proto.WorkflowService/GetAction", request);
    if (status !== 0) continue;
    const { workflowId, taskId, actionId, name } = fromBinary(ActionResponseSchema, message);
    const report = create(ActionStatusRequestSchema, {
      ...{ workflowId, taskId, actionId, agentId: mac, actionName: name },
      actionState: ActionStatusRequest_StateType.RUNNING,
    });
    const bytes = toBinary(ActionStatusRequestSchema, report);
    const answer = await grpcCall(session, "/proto.WorkflowService/ReportActionStatus", bytes);
    if (answer.status !== 0) throw new Error(`the start of the last action was refused: status ${answer.status}`);
    break;
  }
  session.close();
}
