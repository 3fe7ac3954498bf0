// The first thing a started worker does: it asks what to do, and again each second until it is told.
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ActionRequestSchema, ActionResponseSchema } from "@neverland/api/workflow";
import { BootError } from "../boot/boot-error.ts";
import { grpcCall } from "./grpc-call.ts";

const againMs = 1000;

export interface AskOrder {
  /** `host:port`. */
  readonly authority: string;
  readonly workerId: string;
  /** The machine's own. */
  readonly address: string;
  readonly repeated: () => void;
}

/** @throws {BootError} `wrong` when the action is another worker's; the signal's reason when it aborts. */
export async function askForAction(order: AskOrder, signal: AbortSignal): Promise<void> {
  const request = toBinary(ActionRequestSchema, create(ActionRequestSchema, { agentId: order.workerId }));
  for (;;) {
    const { status, message } = await ask(order, request, signal);
    signal.throwIfAborted();
    if (status === 0) {
      const { agentId } = fromBinary(ActionResponseSchema, message);
      if (agentId === order.workerId) return;
      throw new BootError("wrong", "the action is another worker's");
    }
    order.repeated();
    await delay(againMs, undefined, { signal });
  }
}

async function ask({ authority, address }: AskOrder, request: Uint8Array, signal: AbortSignal) {
  const [host = "", port] = authority.split(":");
  const session = connectHttp2(`http://${authority}`, {
    createConnection: () => connect({ host, port: Number(port), localAddress: address }),
  });
  session.on("error", () => undefined); // the call says that it broke
  const giveUp = () => session.destroy();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await grpcCall(session, "/proto.WorkflowService/GetAction", request);
  } finally {
    signal.removeEventListener("abort", giveUp);
    session.destroy();
  }
}
