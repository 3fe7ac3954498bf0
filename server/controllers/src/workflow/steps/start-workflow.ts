// A new Workflow: renders its Template. What cannot be rendered waits for its Template or Hardware to be mended.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { withCondition, withState } from "@neverland/workflow-rules/conditions.ts";
import { renderStatus } from "@neverland/workflow-rules/reports/render-status.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { leaveMachine } from "./leave-machine.ts";
import { lookUpNamed, type Rendered, renderedFrom, renderNamed, type Unrendered } from "./render-named.ts";
import { skipTo } from "./retry-workflow.ts";
import { bootModeOf, type Step, type StepContext, wantsToggle } from "./step.ts";

/** A change of the Template or Hardware brings the workflow back at once; this is for what was missed. */
const lookAgainMs = 60_000;

type Deps = Pick<WorkflowControllerDeps, "clock" | "randomBytes" | "templates" | "hardware" | "workflows" | "render">;

export async function startWorkflow(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  const named = await lookUpNamed(workflow, deps);
  const rendered = await renderNamed(workflow, named, deps);
  const status = await leaveMachine(workflow, deps, context);
  // Disabled, it is nothing but known: which worker it is for.
  if (workflow.spec?.disabled === true) return { status: disabledStatus(status, rendered) };
  const begun = withRendered({ ...status, renderedFrom: renderedFrom(workflow, named) }, rendered, deps, context);
  if (begun.templateRendering === "failed") return { status: begun, wakeAtMs: context.nowMs + lookAgainMs };
  const prepares = wantsToggle(workflow) || bootModeOf(workflow) !== "";
  return { status: withState(begun, prepares ? "PREPARING" : "PENDING", context.time) };
}

/** The status with what was rendered, in the state that it was in; or without anything rendered, as a new one, and why. */
export function withRendered(
  status: WorkflowStatus,
  rendered: Rendered,
  { randomBytes }: Pick<Deps, "randomBytes">,
  { nowMs, time }: Pick<StepContext, "nowMs" | "time">,
): WorkflowStatus {
  if ("problem" in rendered) return failedStatus(status, rendered, time);
  const whole = { ...status, ...renderStatus(rendered.document, { nowMs: () => nowMs, randomBytes }) };
  const begun = status.retryFrom ? skipTo(whole, status.retryFrom) : whole;
  if (typeof begun === "string") return failedStatus(status, { problem: begun }, time);
  const message = ["template rendered successfully", ...(rendered.warnings ?? [])].join("; ");
  return withCondition(begun, { type: "TemplateRenderedSuccess", status: "True", reason: "Complete", message }, time);
}

function failedStatus(
  status: WorkflowStatus,
  { problem: message, reason = "Error" }: Unrendered,
  time: string,
): WorkflowStatus {
  const condition = { type: "TemplateRenderedSuccess", status: "False", reason, message } as const;
  const { tasks: _, currentState: __, agentID: ___, renderedFrom: lentTo, ...kept } = status;
  // Nothing rendered is left, but what was lent is taken back from the machine that it was lent to.
  const from = kept.bootOptions === undefined ? {} : { renderedFrom: lentTo };
  return withCondition({ ...kept, ...from, state: "", templateRendering: "failed" }, condition, time);
}

function disabledStatus(status: WorkflowStatus, rendered: Rendered): WorkflowStatus {
  const agentID = "document" in rendered ? rendered.document.tasks[0]?.worker : undefined;
  return agentID === undefined ? status : { ...status, agentID };
}
