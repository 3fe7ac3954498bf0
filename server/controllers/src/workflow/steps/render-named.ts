// What a Workflow names, as it is now, rendered: and by what versions of it that is known.
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
import type { WorkflowDocument } from "@neverland/workflow-rules/reports/render-status.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";

type Deps = Pick<WorkflowControllerDeps, "templates" | "hardware" | "render">;
export type Named = { readonly template: Template | undefined; readonly hardware: Hardware | undefined };
export type Unrendered = { readonly problem: string; readonly reason?: RenderFailure };
export type Rendered = { readonly document: WorkflowDocument; readonly warnings?: readonly string[] } | Unrendered;
export type RenderedFrom = NonNullable<WorkflowStatus["renderedFrom"]>;

export async function lookUpNamed({ metadata, spec }: Workflow, deps: Omit<Deps, "render">): Promise<Named> {
  const { namespace } = metadata;
  const { templateRef, hardwareRef } = spec ?? {};
  const template = templateRef ? await deps.templates.get({ namespace, name: templateRef }) : undefined;
  const hardware = hardwareRef ? await deps.hardware.get({ namespace, name: hardwareRef }) : undefined;
  return { template, hardware };
}

/** A status that was written for one of them changes nothing of it. */
export function renderedFrom({ metadata, spec }: Workflow, { template, hardware }: Named): RenderedFrom {
  return {
    generation: metadata.generation,
    ...(template === undefined ? {} : { template: versionOf(template) }),
    ...(spec?.hardwareRef ? { hardwareRef: spec.hardwareRef } : {}),
    ...(hardware === undefined ? {} : { hardware: versionOf(hardware) }),
  };
}

function versionOf({ metadata }: Resource): string {
  return `${metadata.uid}/${metadata.generation}`;
}

/** A Template with no action is none. */
export async function renderNamed(workflow: Workflow, { template, hardware }: Named, deps: Deps): Promise<Rendered> {
  const { namespace, name } = workflow.metadata;
  const { templateRef, hardwareRef } = workflow.spec ?? {};
  if (!templateRef)
    return {
      problem: `workflow ${namespace}/${name} names no template: set spec.templateRef`,
      reason: "NoTemplateRef",
    };
  if (template === undefined) return await missing("Template", templateRef, workflow, deps.templates);
  if (hardwareRef && hardware === undefined) return await missing("Hardware", hardwareRef, workflow, deps.hardware);
  const lock = hardware && workflowLock(hardware);
  if (lock !== undefined)
    return { problem: `${lock}, so workflow ${name} is not started`, reason: "WorkflowsForbidden" };
  return renderTemplate(workflow, template, hardware, deps);
}

function renderTemplate(
  workflow: Workflow,
  template: Template,
  hardware: Hardware | undefined,
  deps: Pick<Deps, "render">,
): Rendered {
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
