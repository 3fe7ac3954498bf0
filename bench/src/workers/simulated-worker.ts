// A worker without a machine: asks for an action, reports its start and at once its end, and so on, as agents do.
import type { ClientHttp2Session } from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ActionRequestSchema,
  type ActionResponse,
  ActionResponseSchema,
  ActionStatusRequest_StateType,
  ActionStatusRequestSchema,
} from "@neverland/api/workflow";
import { type GrpcAnswer, grpcCall } from "@neverland/paper-rack/worker/grpc-call.ts";
import type { Tally } from "./tally.ts";

const service = "/proto.WorkflowService";
const { RUNNING, SUCCESS } = ActionStatusRequest_StateType;

/** Resolves when so many actions are done, or `signal` aborts. */
export async function workAsWorker(
  session: ClientHttp2Session,
  mac: string,
  actions: number,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const request = toBinary(ActionRequestSchema, create(ActionRequestSchema, { agentId: mac }));
  for (let done = 0; done < actions && !signal.aborted; ) {
    const answer = await tally.ask(() => grpcCall(session, `${service}/GetAction`, request));
    if (answer.status < 0) return;
    if (answer.status !== 0) continue;
    const action = fromBinary(ActionResponseSchema, answer.message);
    await report(session, action, RUNNING, tally);
    const { status } = await report(session, action, SUCCESS, tally);
    if (status !== 0) continue;
    done += 1;
    tally.done();
  }
}

function report(
  session: ClientHttp2Session,
  { workflowId, taskId, actionId, agentId, name }: ActionResponse,
  actionState: ActionStatusRequest_StateType,
  tally: Tally,
): Promise<GrpcAnswer> {
  const nowMs = Date.now();
  const at = { seconds: BigInt(Math.floor(nowMs / 1000)), nanos: (nowMs % 1000) * 1_000_000 };
  const message = create(ActionStatusRequestSchema, {
    ...{ workflowId, taskId, actionId, agentId, actionName: name, actionState },
    executionStart: at,
    ...(actionState === SUCCESS ? { executionStop: at, executionDuration: "0s" } : {}),
    message: { message: actionState === SUCCESS ? "action completed" : "running action" },
  });
  return tally.write(() =>
    grpcCall(session, `${service}/ReportActionStatus`, toBinary(ActionStatusRequestSchema, message)),
  );
}
