// A worker that takes its first action, says that it runs, and no more.
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ActionRequestSchema,
  ActionResponseSchema,
  ActionStatusRequest_StateType,
  ActionStatusRequestSchema,
} from "@neverland/api/workflow";
import { grpcCall } from "@neverland/paper-rack/worker/grpc-call.ts";
import { machineAt } from "./machine.ts";

export type StartedAction = {
  readonly workflowId: string;
  readonly taskId: string;
  readonly actionId: string;
  readonly agentId: string;
  /** That of its machine. */
  readonly address: string;
};

/** @param index Of the machine, which has a workflow that waits. */
export async function startAction(port: number, index: number, signal: AbortSignal): Promise<StartedAction> {
  const { mac: agentId, address } = machineAt(index);
  const session = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => connect({ host: "127.0.0.1", port, localAddress: address }),
  });
  const request = toBinary(ActionRequestSchema, create(ActionRequestSchema, { agentId }));
  try {
    for (;;) {
      signal.throwIfAborted();
      const { status, message } = await grpcCall(session, "/proto.WorkflowService/GetAction", request);
      if (status !== 0) continue;
      const { workflowId, taskId, actionId, name } = fromBinary(ActionResponseSchema, message);
      const report = create(ActionStatusRequestSchema, {
        ...{ workflowId, taskId, actionId, agentId, actionName: name },
        actionState: ActionStatusRequest_StateType.RUNNING,
      });
      const bytes = toBinary(ActionStatusRequestSchema, report);
      const answer = await grpcCall(session, "/proto.WorkflowService/ReportActionStatus", bytes);
      if (answer.status !== 0) throw new Error(`the start of the action was refused: status ${answer.status}`);
      return { workflowId, taskId, actionId, agentId, address };
    }
  } finally {
    session.close();
  }
}
