// The two calls of the worker protocol: what to do next, and what became of it.
import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Workflow } from "@neverland/api";
import {
  type ActionRequest,
  ActionStatusResponseSchema,
  type AgentAttributes,
  type WorkflowService,
} from "@neverland/api/workflow";
import { isSameAgent } from "@neverland/workflow-rules/actions-in-order.ts";
import type { NextAction } from "@neverland/workflow-rules/next-action.ts";
import { acceptReport } from "./accept-report.ts";
import { annotateHardware } from "./agent-attributes.ts";
import { AgentContacts } from "./agent-contacts.ts";
import type { AgentWaiters, Wake } from "./agent-waiters.ts";
import { findWork, type Work } from "./find-work.ts";
import type { TinkServerDeps } from "./ports.ts";
import { toConnectError } from "./status-codes.ts";
import { TinkError } from "./tink-error.ts";
import type { WorkIndex } from "./work-index.ts";
import { subjectOf } from "./worker-events.ts";
import { actionResponse, readId, readReport } from "./worker-messages.ts";

export type WorkflowServiceOptions = TinkServerDeps & {
  readonly index: WorkIndex;
  readonly waiters: AgentWaiters;
  /** How long a worker without work waits for an answer. Under a minute, which is what upstream's server takes. */
  readonly waitMs: number;
};

export function workflowService(options: WorkflowServiceOptions): ServiceImpl<typeof WorkflowService> {
  const contacts = new AgentContacts();
  return {
    async getAction(request, { signal }) {
      try {
        const work = await waitForWork(request, contacts, options, signal);
        return actionResponse(work);
      } catch (error) {
        throw toConnectError(error);
      }
    },
    async reportActionStatus(request) {
      try {
        const report = readReport(request);
        await acceptReport(report, options);
        contacts.heard(report.agentID, options.clock.nowMs());
        return create(ActionStatusResponseSchema);
      } catch (error) {
        throw toConnectError(error);
      }
    },
  };
}

async function waitForWork(
  request: ActionRequest,
  contacts: AgentContacts,
  options: WorkflowServiceOptions,
  signal: AbortSignal,
) {
  const { clock, index, waiters, waitMs } = options;
  const agentID = readId(request.agentId, "Agent ID");
  const untilMs = clock.nowMs() + waitMs;
  const waits = waiters.has(agentID);
  const waiter = waiters.enter(agentID);
  try {
    for (let isFirst = true; ; isFirst = false) {
      waiter.look();
      const work = await findWork(agentID, index.unfinished(agentID), options);
      if (isFirst) noteContact(agentID, work, waits, contacts, options);
      if ("serve" in work.next) {
        if (work.workflow) await keepAttributes(work.workflow, request.agentAttributes, options);
        return work.next.serve;
      }
      const wake = await waiter.next(clock, untilMs - clock.nowMs(), signal);
      contacts.heard(agentID, clock.nowMs());
      if (wake !== "changed") throw refusal(agentID, wake, work.next, index);
    }
  } finally {
    waiters.leave(waiter);
  }
}

function noteContact(
  agentID: string,
  { next, workflow }: Work,
  waits: boolean,
  contacts: AgentContacts,
  { clock, record }: WorkflowServiceOptions,
): void {
  const runs = "serve" in next && next.again;
  if (!contacts.asked(agentID, clock.nowMs(), { waits, runs })) return;
  const answer =
    "serve" in next ? `it gets action "${next.serve.name}"${runs ? " again" : ""}` : `it waits: ${next.message}`;
  record({
    ...subjectOf(agentID, workflow),
    type: "WorkerAsked",
    ...("wait" in next ? { reason: waitReasons[next.wait] } : {}),
    message: `worker ${agentID} asks for work; ${answer}`,
  });
}

const waitReasons = {
  "no-workflow": "NoWorkflow",
  finished: "WorkflowsFinished",
  preparing: "MachineBeingPrepared",
  "other-agents-turn": "OtherWorkersTurn",
  "wrapping-up": "WorkflowWrappingUp",
} as const;

/** Never stands in the way of the action. */
async function keepAttributes(
  workflow: Workflow,
  attributes: AgentAttributes | undefined,
  options: WorkflowServiceOptions,
): Promise<void> {
  const { metadata, spec, status } = workflow;
  const isFirst = status?.state === "PENDING" && isSameAgent(status.agentID ?? "", status.tasks?.[0]?.agentID ?? "");
  if (attributes === undefined || !spec?.hardwareRef || !isFirst) return;
  const key = { namespace: metadata.namespace, name: spec.hardwareRef };
  await annotateHardware(key, attributes, options).catch((error: unknown) =>
    options.onError({ doing: `keeping the attributes of Hardware ${key.name}`, error }),
  );
}

function refusal(agentID: string, wake: Exclude<Wake, "changed">, next: NextAction, index: WorkIndex): TinkError {
  switch (wake) {
    case "closing":
      return new TinkError("again", "the server is being stopped; ask again");
    case "gone":
      return new TinkError("again", "the worker hung up");
    case "replaced":
      return new TinkError("not-now", `worker ${agentID} asks on another connection`);
    case "timeout": {
      const message = "wait" in next ? next.message : "nothing to do";
      return index.knows(agentID) ? new TinkError("not-now", message) : new TinkError("unknown", "no Workflows found");
    }
  }
}
