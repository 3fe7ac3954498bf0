// The process that floods: told how by its parent, goes on until it is killed.
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { AppendLogsRequestSchema } from "@neverland/api/action-log";
import { grpcCall } from "@neverland/paper-rack/worker/grpc-call.ts";
import { machineAt } from "../workers/machine.ts";
import type { StartedAction } from "../workers/start-action.ts";
import { get } from "./neighbours.ts";
import { DhcpType, Relay } from "./relay.ts";

export type FloodOrder = {
  readonly kind: "made-up machines" | "NAKs in a machine's name" | "metadata requests" | "lines of an action";
  readonly perSecond: number;
  readonly http: string;
  readonly grpcPort: number;
  readonly action: StartedAction;
};

const stepMs = 10;
const linesInOne = 100;

process.once("message", (order: FloodOrder) => void flood(order));
process.once("disconnect", () => process.exit());

async function flood(order: FloodOrder): Promise<never> {
  const once = await makeOnce(order);
  const fromMs = performance.now();
  for (let sent = 0; ; await delay(stepMs)) {
    const due = ((performance.now() - fromMs) / 1000) * order.perSecond;
    while (sent < due) once(sent++);
  }
}

async function makeOnce(order: FloodOrder): Promise<(turn: number) => void> {
  if (order.kind === "metadata requests") return requests(order);
  if (order.kind === "lines of an action") return lines(order);
  const relay = await Relay.open("127.0.0.3");
  if (order.kind === "made-up machines")
    return (turn) => relay.send(`06:${turn.toString(16).padStart(10, "0").match(/../g)?.join(":")}`, DhcpType.discover);
  // An address that is none of this machine's: the server must say no.
  const requested = [50, 4, 127, 200, 0, 9];
  return () => relay.send(machineAt(1).mac, DhcpType.request, requested);
}

/** Of strangers, at most as many at once as a patient attacker would keep open. */
function requests({ http }: FloodOrder): (turn: number) => void {
  const mostAtOnce = 256;
  let atOnce = 0;
  return (turn) => {
    if (atOnce >= mostAtOnce) return;
    atOnce += 1;
    const stranger = `127.250.${(turn >> 8) & 0xff}.${turn & 0xff}`;
    void get(`${http}/2009-04-04/meta-data/hostname`, stranger).then(() => {
      atOnce -= 1;
    });
  };
}

/** A hundred lines in a message; `perSecond` counts lines. */
function lines({ grpcPort: port, action }: FloodOrder): (turn: number) => void {
  const session = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => connect({ host: "127.0.0.1", port, localAddress: action.address }),
  });
  session.on("error", () => undefined);
  const text = "copying block ".repeat(8);
  // Lines are numbered over all that was ever sent of an action: what an earlier flooder sent is known, and would be passed over.
  const from = BigInt(Date.now()) * 100n;
  return (turn) => {
    if (turn % linesInOne !== 0) return;
    const numbered = Array.from({ length: linesInOne }, (_, at) => ({ sequence: from + BigInt(turn + at + 1), text }));
    const { workflowId, taskId, actionId, agentId } = action;
    const message = create(AppendLogsRequestSchema, { workflowId, taskId, actionId, agentId, lines: numbered });
    void grpcCall(
      session,
      "/neverland.worker.v1.ActionLogService/AppendLogs",
      toBinary(AppendLogsRequestSchema, message),
    );
  };
}
