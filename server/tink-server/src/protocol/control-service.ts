// The call by which our worker hears that an action is to stop.
import { ActionControlService } from "@neverland/api/action-control";
import { type GrpcMethod, unary } from "@neverland/platform/grpc/grpc-method.ts";
import type { StopDesk } from "../stop-desk.ts";
import { readId } from "./worker-messages.ts";

export function controlService(desk: StopDesk): readonly GrpcMethod[] {
  return [
    unary(ActionControlService.method.awaitStop, async ({ workflowId, actionId, agentId }, caller) => {
      const agentID = readId(agentId, "Agent ID");
      const reason = await desk.awaitStop({ workflow: workflowId, actionID: actionId, agentID, caller });
      return reason === undefined ? {} : { stop: true, reason };
    }),
  ];
}
