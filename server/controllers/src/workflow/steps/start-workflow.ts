// A new Workflow: renders its Template, once. What cannot be rendered waits for its Template or Hardware to be mended.
import {
  type Hardware,
  type RenderFailure,
  type Resource,
  type Template,
  type Workflow,
  type WorkflowStatus,
  workflowLock,
} from "@neverland/api";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import { withCondition, withState } from "@neverland/workflow-rules/conditions.ts";
import { renderStatus, type WorkflowDocument } from "@neverland/workflow-rules/reports/render-status.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { skipTo } from "./retry-workflow.ts";
import { bootModeOf, type Step, type StepContext, statusOf, wantsToggle } from "./step.ts";

/** A change of the Template or Hardware brings the workflow back at once; this is for what was missed. */
const lookAgainMs = 60_000;

type Deps = Pick<WorkflowControllerDeps, "clock" | "randomBytes" | "templates" | "hardware" | "render">;
type Unrendered = { readonly problem: string; readonly reason?: RenderFailure };
type Rendered = { readonly document: WorkflowDocument; readonly warnings?: readonly string[] } | Unrendered;

export async function startWorkflow(workflow: Workflow, deps: Deps, { nowMs, time }: StepContext): Promise<Step> {
  const rendered = await render(workflow, deps);
  const status = statusOf(workflow);
  // Disabled, it is nothing but known: which worker it is for.
  if (workflow.spec?.disabled === true) return { status: disabledStatus(status, rendered) };
  if ("problem" in rendered) return { status: failedStatus(status, rendered, time), wakeAtMs: nowMs + lookAgainMs };
  const ids = { nowMs: () => nowMs, randomBytes: deps.randomBytes };
  const prepares = wantsToggle(workflow) || bootModeOf(workflow) !== "";
  const whole = { ...status, ...renderStatus(rendered.document, ids) };
  const begun = status.retryFrom ? skipTo(whole, status.retryFrom) : whole;
  if (typeof begun === "string") return { status: failedStatus(status, { problem: begun }, time) };
  const next = withState(begun, prepares ? "PREPARING" : "PENDING", time);
  const message = ["template rendered successfully", ...(rendered.warnings ?? [])].join("; ");
  return {
    status: withCondition(next, { type: "TemplateRenderedSuccess", status: "True", reason: "Complete", message }, time),
  };
}

async function render(workflow: Workflow, deps: Deps): Promise<Rendered> {
  const { namespace, name } = workflow.metadata;
  const { templateRef, hardwareRef } = workflow.spec ?? {};
  if (!templateRef)
    return {
      problem: `workflow ${namespace}/${name} names no template: set spec.templateRef`,
      reason: "NoTemplateRef",
    };
  const template = await deps.templates.get({ namespace, name: templateRef });
  if (template === undefined) return await missing("Template", templateRef, workflow, deps.templates);
  const hardware = hardwareRef ? await deps.hardware.get({ namespace, name: hardwareRef }) : undefined;
  if (hardwareRef && hardware === undefined) return await missing("Hardware", hardwareRef, workflow, deps.hardware);
  const lock = hardware && workflowLock(hardware);
  if (lock !== undefined)
    return { problem: `${lock}, so workflow ${name} is not started`, reason: "WorkflowsForbidden" };
  return renderTemplate(workflow, template, hardware, deps);
}

function renderTemplate(workflow: Workflow, template: Template, hardware: Hardware | undefined, deps: Deps): Rendered {
  const result = deps.render({ workflow, template, hardware });
  if ("problems" in result) return { problem: result.problems.join("; ") };
  const actions = result.document.tasks.flatMap((task) => task.actions);
  if (actions.length > 0) return result;
  const problem = `template ${template.metadata.name} has no actions: a workflow of nothing cannot be run`;
  return { problem: [problem, ...(result.warnings ?? [])].join("; ") };
}

const fields = { Template: "spec.templateRef", Hardware: "spec.hardwareRef" } as const;
const reasons = {
  Template: { absent: "NoTemplate", unusable: "TemplateUnusable" },
  Hardware: { absent: "NoHardware", unusable: "NotOfItsSchema" },
} as const;

async function missing(
  kind: keyof typeof fields,
  name: string,
  { metadata }: Workflow,
  store: Pick<TypedStore<Resource>, "faultOf">,
): Promise<Rendered> {
  const { namespace } = metadata;
  const fault = await store.faultOf({ namespace, name });
  const why =
    fault === undefined
      ? "does not exist; create it and the workflow starts"
      : `is stored but cannot be used: ${fault}; put that right and apply it again, and the workflow starts`;
  const problem = `${kind} ${namespace}/${name}, which ${fields[kind]} of workflow ${metadata.name} names, ${why}`;
  return { problem, reason: reasons[kind][fault === undefined ? "absent" : "unusable"] };
}

function failedStatus(
  status: WorkflowStatus,
  { problem: message, reason = "Error" }: Unrendered,
  time: string,
): WorkflowStatus {
  const condition = { type: "TemplateRenderedSuccess", status: "False", reason, message } as const;
  return withCondition({ ...status, state: "", templateRendering: "failed" }, condition, time);
}

function disabledStatus(status: WorkflowStatus, rendered: Rendered): WorkflowStatus {
  const agentID = "document" in rendered ? rendered.document.tasks[0]?.worker : undefined;
  return agentID === undefined ? status : { ...status, agentID };
}
