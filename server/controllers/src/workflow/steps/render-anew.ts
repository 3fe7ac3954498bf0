// What a workflow was rendered of is changed before anything was done of it: it is rendered anew. Once an action was given out it stays.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { sameJson } from "@neverland/store/resource-json.ts";
import { findStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { withCondition, withState } from "@neverland/workflow-rules/conditions.ts";
import { readReports } from "@neverland/workflow-rules/reports/read-reports.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { leaveMachine, namesOtherMachine } from "./leave-machine.ts";
import { lookUpNamed, type Rendered, type RenderedFrom, renderedFrom, renderNamed } from "./render-named.ts";
import { withRendered } from "./start-workflow.ts";
import { bootModeOf, type Step, type StepContext, wantsToggle } from "./step.ts";

const type = "RenderedAnew";
/** For what is only compared. */
const noIds = { randomBytes: (count: number) => new Uint8Array(count) };

/**
 * In two writes, as a worker may begin while the first is made: PREPARING, in which no action is given out and no start is taken, then what
 * is rendered, unless a start was taken before that.
 * @param step The workflow's next one, in PENDING or PREPARING.
 */
export async function renderAnew(
  workflow: Workflow,
  step: Step,
  deps: WorkflowControllerDeps,
  context: StepContext,
): Promise<Step> {
  const { status } = step;
  const before = status.renderedFrom ?? {};
  const named = await lookUpNamed(workflow, deps);
  const from = renderedFrom(workflow, named);
  if (sameJson(before, from)) return step;
  const rendered = await renderNamed(workflow, named, deps);
  if (isKept(rendered, before, from)) return step;
  const known = { ...status, renderedFrom: from };
  const isOther = namesOtherMachine(workflow);
  if (isSame(status, withRendered(known, rendered, noIds, context)) && !isOther && !asksForMore(workflow, before))
    return { ...step, status: known };
  if (isOther && bootModeOf(workflow) !== "") return { ...step, status: held(workflow, status, context) };
  if (status.state === "PENDING") return { status: withState(status, "PREPARING", context.time) };
  const reports = await readReports(workflow.metadata, status, deps.reports);
  if (reports.some(({ actionID }) => findStep(status, actionID) !== undefined))
    return { status: withState(status, "PENDING", context.time) };
  const left = await leaveMachine({ ...workflow, status }, deps, context);
  const anew = withRendered({ ...left, renderedFrom: from }, rendered, deps, context);
  const message = `rendered anew, since ${changes(workflow, before, from)} changed before any action of it was given out`;
  return { status: withCondition(anew, { type, status: "True", reason: "Changed", message }, context.time) };
}

/** Says of a workflow whose actions are given out that what was changed in it since makes no difference. */
export function noteKept({ metadata }: Workflow, status: WorkflowStatus, time: string): WorkflowStatus {
  const { generation } = status.renderedFrom ?? {};
  if (status.state !== "RUNNING" || generation === undefined || generation === metadata.generation) return status;
  const message = `the workflow's spec was changed after an action of it was given out: it goes on as it was rendered; ${again(metadata.name)}`;
  return withCondition(status, { type, status: "False", reason: "ActionsBegun", message }, time);
}

/** What was only deleted, or forbids its machine for now, may come back; a name that was just written is meant. */
function isKept(rendered: Rendered, before: Partial<RenderedFrom>, from: RenderedFrom): boolean {
  if (!("problem" in rendered) || rendered.reason === undefined) return false;
  const isWritten = before.generation !== undefined && before.generation !== from.generation;
  return rendered.reason === "WorkflowsForbidden" || !isWritten;
}

function isSame(one: WorkflowStatus, other: WorkflowStatus): boolean {
  return sameJson(documentOf(one), documentOf(other));
}

/** Without what is made anew each time. */
function documentOf({ tasks, globalTimeout }: WorkflowStatus) {
  const plain = (tasks ?? []).map(({ id: _, actions, ...task }) => ({
    ...task,
    actions: actions.map(({ id: __, state: ___, message: ____, ...action }) => action),
  }));
  return { tasks: plain, globalTimeout: globalTimeout ?? 0 };
}

/** The spec was written, and may ask for what the machine is prepared by. */
function asksForMore(workflow: Workflow, before: Partial<RenderedFrom>): boolean {
  if (workflow.status?.state !== "PENDING" || before.generation === workflow.metadata.generation) return false;
  const { bootOptions } = workflow.status;
  const isLent = bootOptions?.allowNetboot?.toggledTrue === true;
  const isBooted = Object.values(bootOptions?.jobs ?? {}).some(({ complete }) => complete === true);
  return (wantsToggle(workflow) && !isLent) || (bootModeOf(workflow) !== "" && !isBooted);
}

function held({ spec, status: { renderedFrom: before } = {} }: Workflow, status: WorkflowStatus, context: StepContext) {
  const message = `hardwareRef is ${spec?.hardwareRef ?? ""} now, and Hardware ${before?.hardwareRef ?? ""} was prepared by its management controller for this workflow: it stays as it was rendered, for that one; delete the workflow and make another one for ${spec?.hardwareRef ?? "the other machine"}`;
  return withCondition(status, { type, status: "False", reason: "OtherMachinePrepared", message }, context.time);
}

function changes({ spec }: Workflow, before: Partial<RenderedFrom>, from: RenderedFrom): string {
  const changed = [
    ...(before.template === from.template ? [] : [`Template ${spec?.templateRef ?? ""}`]),
    ...(before.hardware === from.hardware ? [] : [`Hardware ${spec?.hardwareRef ?? ""}`]),
    ...(before.generation === from.generation ? [] : ["the workflow's spec"]),
  ];
  return `${changed.join(" and ")} ${changed.length === 1 ? "was" : "were"}`;
}

function again(name: string): string {
  return `tink workflow cancel ${name} and tink workflow retry ${name} run what it says now`;
}
