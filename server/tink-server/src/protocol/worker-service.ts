// The worker protocol of today's agents: two calls, what to do next and what became of it.
import { WorkflowService } from "@neverland/api/workflow";
import { type GrpcMethod, unary } from "@neverland/platform/grpc/grpc-method.ts";
import type { AgentDesk } from "../agent-desk.ts";
import { actionMessage, readId, readReport } from "./worker-messages.ts";

export function workerService(desk: AgentDesk): readonly GrpcMethod[] {
  return [
    unary(WorkflowService.method.getAction, ({ agentId, agentAttributes }, caller) => {
      const agentID = readId(agentId, "Agent ID");
      return desk.nextAction({ agentID, attributes: agentAttributes, caller }).then(actionMessage);
    }),
    unary(WorkflowService.method.reportActionStatus, async (request, caller) => {
      await desk.report(readReport(request), caller);
      return {};
    }),
  ];
}
