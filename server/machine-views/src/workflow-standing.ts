// Where a machine stands that has a workflow: by the workflow's state, and by what was heard of the machine since.
import {
  bootSteps,
  notSeen,
  type RenderFailure,
  type ViewReason,
  type Workflow,
  whatToMend,
  workflowLock,
} from "@neverland/api";
import { stepsOf } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { KnownMachine } from "./heard-machine.ts";
import { attention, fine, refused, type Standing, timeMs } from "./standing.ts";

export const forbidden = "WorkflowsForbidden" satisfies RenderFailure & ViewReason;

export function withWorkflow(workflow: Workflow, machine: KnownMachine): Standing {
  const { metadata, spec, status } = workflow;
  const { name } = metadata;
  const sinceMs = timeMs(status?.stateSince) || timeMs(metadata.creationTimestamp);
  const said = (type: string) => status?.conditions?.find((each) => each.type === type);
  switch (status?.state ?? "") {
    case "":
      if (spec?.disabled === true)
        return {
          ...fine(
            "waiting",
            "WorkflowDisabled",
            `workflow ${name} is disabled; set spec.disabled to false to start it`,
          ),
          sinceMs,
        };
      if (status?.templateRendering === "failed") {
        const { message: why = "its template does not render", reason } = said("TemplateRenderedSuccess") ?? {};
        return {
          ...attention(
            "waiting",
            reason === forbidden ? forbidden : "TemplateFailed",
            `workflow ${name}: ${why}; ${whatToMend(workflow)}`,
          ),
          sinceMs,
        };
      }
      return {
        ...fine("waiting", "WorkflowNew", `workflow ${name} was just made; see that tink up runs with its controllers`),
        sinceMs,
      };
    case "PREPARING":
      return { ...fine("waiting", "Preparing", `workflow ${name} waits for its machine to be prepared`), sinceMs };
    case "PENDING":
      return pending(workflow, machine, sinceMs);
    case "RUNNING":
      return running(workflow, machine, sinceMs);
    case "POST":
      return {
        ...fine("provisioning", "Finishing", `workflow ${name} has done its actions and is being wrapped up`),
        sinceMs,
      };
    case "SUCCESS":
      return succeeded(name, machine, sinceMs);
    default: {
      const isTimeout = status?.state === "TIMEOUT";
      const why = said("Succeeded")?.message ?? (isTimeout ? "it ran out of time" : "it failed");
      const message = `workflow ${name}: ${why}; tink logs workflow/${name} shows what its actions printed`;
      return {
        state: "failed",
        health: "failed",
        reason: isTimeout ? "WorkflowTimedOut" : "WorkflowFailed",
        message,
        sinceMs,
      };
    }
  }
}

function pending(workflow: Workflow, { hardware, facts, near, unheard }: KnownMachine, sinceMs: number): Standing {
  const { name } = workflow.metadata;
  const lock = workflowLock(hardware);
  if (lock !== undefined)
    return {
      ...attention("waiting", forbidden, `workflow ${name}: ${lock}; tink workflow cancel ${name} ends it`),
      sinceMs,
    };
  const other = workflow.status?.conditions?.find(
    ({ type, status }) => type === "WorkerOfHardware" && status === "False",
  );
  if (other !== undefined)
    return { ...attention("waiting", "WorkerOfOtherMachine", `workflow ${name}: ${other.message ?? ""}`), sinceMs };
  if (facts === undefined || facts.seenMs < sinceMs) {
    const waits = `workflow ${name} waits for the machine, which has not been seen since`;
    const [first] = near();
    if (first !== undefined) {
      const message = `${waits}; ${first} asked, which has no Hardware and differs a little: put the right MAC into the Hardware, or both where they are two ports of it`;
      return { ...attention("waiting", "NearMac", message), sinceMs };
    }
    if (unheard !== undefined) return { ...attention("waiting", "NotHeard", `${waits}: ${unheard}`), sinceMs };
    return { ...fine("waiting", "NotSeen", `${waits}; ${notSeen.hint}`), sinceMs };
  }
  const { stage, stageMs, refusal } = facts;
  const state = stage === undefined || stage === "system" ? "waiting" : stage === "worker" ? "in-hook" : "booting";
  const from = Math.max(stageMs, sinceMs);
  if (refusal !== undefined && refusal.atMs >= sinceMs) return { ...refused(state, refusal), sinceMs: from };
  if (stage === undefined)
    return { ...fine("waiting", "NotSeen", `workflow ${name} waits for ${notSeen.next}`), sinceMs };
  const { did, next, hint } = bootSteps[stage];
  return { ...fine(state, stageReasons[stage], `it ${did}, and the next step is ${next}; ${hint}`), sinceMs: from };
}

const stageReasons = {
  address: "Address",
  loader: "Loader",
  script: "Script",
  kernel: "Kernel",
  worker: "Worker",
  system: "System",
} as const satisfies Record<string, ViewReason>;

function running(workflow: Workflow, { facts }: KnownMachine, sinceMs: number): Standing {
  const { name } = workflow.metadata;
  const action = stepsOf(workflow.status ?? {}).find(({ action: { state } }) => state !== "SUCCESS")?.action;
  if (action?.state !== "RUNNING") {
    const message = `workflow ${name} is between actions: its worker is to ask for "${action?.name ?? ""}"; if it does not, look at the console`;
    return { ...fine("provisioning", "BetweenActions", message), sinceMs };
  }
  const stopping = workflow.status?.conditions?.find(({ type, status }) => type === "Stopping" && status === "True");
  if (stopping !== undefined) {
    const message = `${stopping.message ?? ""}; until it has ended, it may write to the machine's disks`;
    return { ...fine("provisioning", "Stopping", message), sinceMs: timeMs(stopping.lastTransitionTime) || sinceMs };
  }
  const refusal = facts?.refusal;
  if (refusal !== undefined && refusal.atMs >= timeMs(action.executionStart))
    return { ...refused("provisioning", refusal), sinceMs };
  const message = `action "${action.name}" of workflow ${name} runs; tink logs -f workflow/${name} shows what it prints`;
  return { ...fine("provisioning", "ActionRunning", message), sinceMs };
}

function succeeded(name: string, { facts }: KnownMachine, sinceMs: number): Standing {
  const done = `workflow ${name} succeeded`;
  if (facts?.refusal?.reason === "AddressInUse" && facts.refusal.atMs >= sinceMs)
    return { ...refused("provisioned", facts.refusal), sinceMs };
  if (facts?.stage === "system" && facts.seenMs >= sinceMs)
    return { ...fine("provisioned", "SystemUp", `${done}, and the installed system was heard since`), sinceMs };
  return { ...fine("provisioned", "WorkflowSucceeded", `${done}; its installed system was not heard yet`), sinceMs };
}
