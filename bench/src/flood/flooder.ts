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
import { askToRead, openReader } from "./read-one-block.ts";
import { DhcpType, Relay } from "./relay.ts";

export type FloodOrder = {
  readonly kind:
    | "made-up machines"
    | "NAKs in a machine's name"
    | "half-open TFTP reads"
    | "metadata requests"
    | "lines of an action";
  readonly perSecond: number;
  readonly http: string;
  readonly grpcPort: number;
  readonly action: StartedAction;
};

const stepMs = 10;
const linesInOne = 100;

/** What it came to: a server that is slow, or a full socket, slows a flood down. */
export type FloodRate = { readonly perSecond: number };

/** Floods from the first message to the second, which it answers. */
process.once("message", (order: FloodOrder) => void flood(order));
process.once("disconnect", () => process.exit());

async function flood(order: FloodOrder): Promise<void> {
  const over = new AbortController();
  process.once("message", () => over.abort());
  const once = await makeOnce(order);
  const fromMs = performance.now();
  const elapsed = () => (performance.now() - fromMs) / 1000;
  let sent = 0;
  for (let turn = 0; !over.signal.aborted; await delay(stepMs))
    for (const due = elapsed() * order.perSecond; turn < due; turn++) if (once(turn)) sent += 1;
  process.send?.({ perSecond: sent / elapsed() } satisfies FloodRate, () => process.exit());
}

/** What sends one and says whether it was sent. */
async function makeOnce(order: FloodOrder): Promise<(turn: number) => boolean> {
  if (order.kind === "metadata requests") return requests(order);
  if (order.kind === "lines of an action") return lines(order);
  if (order.kind === "half-open TFTP reads") return await halfOpenReads();
  const relay = await Relay.open("127.0.0.3");
  // Of each flood new ones: the server knows those of an earlier one, and passes over what it knows.
  const from = (Date.now() * 1000) % 2 ** 40;
  const macOf = (turn: number) => ((from + turn) % 2 ** 40).toString(16).padStart(10, "0").match(/../g)?.join(":");
  // An address that is none of this machine's: the server must say no.
  const requested = [50, 4, 127, 200, 0, 9];
  const send =
    order.kind === "made-up machines"
      ? (turn: number) => relay.send(`06:${macOf(turn)}`, DhcpType.discover)
      : () => relay.send(machineAt(1).mac, DhcpType.request, requested);
  return (turn) => send(turn) > 0;
}

/** In the names of known machines, from so many ports of each as the server lets it have reads; what is sent is acknowledged by nobody. */
async function halfOpenReads(): Promise<(turn: number) => boolean> {
  const [machines, portsOfEach] = [500, 8];
  const opened = Array.from({ length: machines * portsOfEach }, (_, at) =>
    openReader(machineAt(Math.floor(at / portsOfEach)).address),
  );
  const sockets = await Promise.all(opened);
  return (turn) => {
    const socket = sockets[turn % sockets.length];
    if (socket !== undefined) askToRead(socket);
    return socket !== undefined;
  };
}

/** Of strangers, at most as many at once as a patient attacker would keep open. */
function requests({ http }: FloodOrder): (turn: number) => boolean {
  const mostAtOnce = 256;
  let atOnce = 0;
  return (turn) => {
    if (atOnce >= mostAtOnce) return false;
    atOnce += 1;
    const stranger = `127.250.${(turn >> 8) & 0xff}.${turn & 0xff}`;
    void get(`${http}/2009-04-04/meta-data/hostname`, stranger).then(() => {
      atOnce -= 1;
    });
    return true;
  };
}

/** A hundred lines in a message; `perSecond` counts lines. */
function lines({ grpcPort: port, action }: FloodOrder): (turn: number) => boolean {
  const session = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => connect({ host: "127.0.0.1", port, localAddress: action.address }),
  });
  session.on("error", () => undefined);
  const text = "copying block ".repeat(8);
  // Lines are numbered over all that was ever sent of an action: what an earlier flooder sent is known, and would be passed over.
  const from = BigInt(Date.now()) * 100n;
  return (turn) => {
    if (turn % linesInOne !== 0) return true; // it is in the message of its hundred
    const numbered = Array.from({ length: linesInOne }, (_, at) => ({ sequence: from + BigInt(turn + at + 1), text }));
    const { workflowId, taskId, actionId, agentId } = action;
    const message = create(AppendLogsRequestSchema, { workflowId, taskId, actionId, agentId, lines: numbered });
    void grpcCall(
      session,
      "/neverland.worker.v1.ActionLogService/AppendLogs",
      toBinary(AppendLogsRequestSchema, message),
    );
    return true;
  };
}
