// Where one workflow stands, why, and what to do, by its state.
import { goalConditionTypes } from "../../goal-condition.ts";
import type { Workflow, WorkflowAction } from "../../tinkerbell/workflow.ts";
import { ago } from "../ago.ts";
import { eventReasonInfo } from "../event-reasons.ts";
import type { EventType } from "../event-types.ts";
import { type RenderFailure, whatToMend } from "../render-problem.ts";
import { lastSign, type TimelineEvent } from "../timeline-event.ts";
import { missingHardware, waitingForWorker } from "./explain-waiting.ts";
import { cancelledOf, keptOf, queuedOf, retriedOf, stoppingOf } from "./explain-wishes.ts";
import type { ExplainInput, Explanation } from "./explanation.ts";
import { standingRefusals } from "./standing-refusals.ts";

export function explainWorkflow(
  workflow: Workflow,
  input: ExplainInput,
  timeline: readonly TimelineEvent[],
): Explanation {
  const wished =
    stoppingOf(workflow) ?? queuedOf(workflow) ?? cancelledOf(workflow) ?? explainState(workflow, input, timeline);
  return { ...wished, because: [...wished.because, ...keptOf(workflow), ...retriedOf(workflow)] };
}

function explainState(workflow: Workflow, input: ExplainInput, timeline: readonly TimelineEvent[]): Explanation {
  const state = workflow.status?.state ?? "";
  switch (state) {
    case "":
      return notStarted(workflow);
    case "PREPARING":
    case "POST":
      return inPreparation(workflow, state);
    case "PENDING":
      return waitingForWorker(workflow, input, timeline);
    case "RUNNING":
      return running(workflow, input, timeline);
    case "SUCCESS":
      return succeeded(workflow, timeline);
    case "FAILED":
    case "TIMEOUT":
      return failed(workflow, state);
  }
}

function notStarted(workflow: Workflow): Explanation {
  const { metadata, spec, status } = workflow;
  if (spec?.disabled === true)
    return {
      state: `Workflow ${metadata.name} is disabled.`,
      because: ["spec.disabled is true"],
      todo: ["set spec.disabled to false to start it"],
    };
  const rendered = status?.conditions?.find(({ type }) => type === "TemplateRenderedSuccess");
  if (status?.templateRendering === "failed")
    return {
      state:
        rendered?.reason === ("WorkflowsForbidden" satisfies RenderFailure)
          ? `Workflow ${metadata.name} cannot be started: its machine is to be left alone.`
          : `Workflow ${metadata.name} cannot be started: its template does not render.`,
      because: [rendered?.message ?? "the cause was not kept"],
      todo: [`${whatToMend(workflow)}; the workflow then starts by itself`],
    };
  return {
    state: `Workflow ${metadata.name} was just made.`,
    because: ["no controller has looked at it yet"],
    todo: ["see that tink up runs"],
  };
}

function inPreparation({ metadata, status }: Workflow, state: "PREPARING" | "POST"): Explanation {
  const last = status?.conditions?.findLast(({ type }) => !goalConditionTypes.has(type));
  const what =
    state === "POST" ? "has done its actions and is being wrapped up" : "is waiting for its machine to be prepared";
  return { state: `Workflow ${metadata.name} ${what}.`, because: last?.message ? [last.message] : [], todo: [] };
}

function running(workflow: Workflow, { nowMs }: ExplainInput, timeline: readonly TimelineEvent[]): Explanation {
  const { metadata, status } = workflow;
  const action = currentAction(status?.tasks ?? []);
  const agent = status?.agentID ?? "";
  const last = lastSign(timeline);
  const seen = last === undefined ? [] : [`last sign of the machine ${ago(last.atMs, nowMs)}: ${last.message}`];
  if (action?.state !== "RUNNING")
    return {
      state: `Workflow ${metadata.name} is between actions: worker ${agent} is to ask for "${action?.name ?? ""}".`,
      because: [...missingHardware(workflow), ...seen],
      todo: ["if it does not ask, look at the machine's console"],
    };
  const startedMs = Date.parse(action.executionStart ?? "") || nowMs;
  const limit = action.timeout ? `, of at most ${action.timeout} s` : "";
  // Its image, or what it fetches, may be what keeps it.
  const refusals = standingRefusals(timeline, startedMs);
  return {
    state: `Workflow ${metadata.name} runs action "${action.name}" (${action.image}), started ${ago(startedMs, nowMs)}${limit}.`,
    because: [
      ...missingHardware(workflow),
      ...seen,
      ...refusals.map(({ why }) => why).filter((why) => why !== last?.message),
    ],
    todo: [
      ...refusals.flatMap(({ todo }) => todo ?? []),
      `tink logs -f workflow/${metadata.name} shows what it prints; it is given up by itself ${limit === "" ? "at its time limit" : "soon after that"}`,
    ],
  };
}

function succeeded({ metadata, status }: Workflow, timeline: readonly TimelineEvent[]): Explanation {
  const sinceMs = Date.parse(status?.stateSince ?? "") || 0;
  const later = (...types: EventType[]) =>
    timeline.findLast(({ atMs, type }) => atMs >= sinceMs && types.some((each) => each === type));
  const up = later("PhonedHome", "SshReady") ?? later("MetadataServed", "UserDataServed");
  const state = `Workflow ${metadata.name} succeeded.`;
  if (up !== undefined) return { state, because: [up.message], todo: [] };
  const contact = later("DhcpOffer", "DhcpAck", "DhcpDecline", "DhcpIgnored", "HttpRefused", "TftpRefused");
  // That it may not netboot is as it should be now; that it gets no address is not.
  const isWithoutAddress = contact?.type === "DhcpDecline" || contact?.type === "DhcpIgnored";
  const mend = isWithoutAddress ? eventReasonInfo(contact.reason)?.mend : undefined;
  return contact === undefined
    ? {
        state,
        because: ["the machine has not been seen since"],
        todo: ["if it should run by now, look at its console: it may not have been restarted"],
      }
    : {
        state,
        because: [`since then: ${contact.message}`],
        todo: [...(mend ? [mend] : []), "if its system does not come up, look at its console and its boot order"],
      };
}

function failed({ metadata, status }: Workflow, state: "FAILED" | "TIMEOUT"): Explanation {
  const end = status?.conditions?.find(({ type }) => type === "Succeeded");
  const verb = state === "FAILED" ? "failed" : "timed out";
  return {
    state: `Workflow ${metadata.name} ${verb}.`,
    because: [end?.message ?? currentAction(status?.tasks ?? [])?.message ?? "the cause was not kept"],
    todo: [
      `tink logs workflow/${metadata.name} shows what its actions printed`,
      `mend the cause, then tink workflow retry ${metadata.name} begins it again (--from ACTION: not from its first action)`,
    ],
  };
}

function currentAction(tasks: readonly { readonly actions: readonly WorkflowAction[] }[]): WorkflowAction | undefined {
  return tasks.flatMap(({ actions }) => actions).find(({ state }) => state !== "SUCCESS");
}
