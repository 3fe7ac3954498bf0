// What to mend so that a workflow whose template did not render starts: the object that the condition is about.

import type { Workflow } from "../tinkerbell/workflow.ts";
import { unlockAdvice } from "../tinkerbell/workflow-lock.ts";

/** Why a workflow could not be rendered, as its condition TemplateRenderedSuccess has it: `Error` is of the template's own text or values. */
export type RenderFailure =
  | "NoTemplateRef"
  | "NoTemplate"
  | "NoHardware"
  | "TemplateUnusable"
  | "NotOfItsSchema"
  | "WorkflowsForbidden"
  | "Error";

/** As the end of "next: ...". */
export function whatToMend({ metadata, spec, status }: Workflow): string {
  const { templateRef = "", hardwareRef = "" } = spec ?? {};
  const reason = status?.conditions?.find(({ type }) => type === "TemplateRenderedSuccess")?.reason;
  switch (
    reason as RenderFailure | undefined // one of another server is as any other text
  ) {
    case "NoTemplateRef":
      return `set spec.templateRef in Workflow ${metadata.name}`;
    case "NoTemplate":
      return `apply Template ${templateRef}, or change spec.templateRef in Workflow ${metadata.name}`;
    case "NoHardware":
      return `apply Hardware ${hardwareRef}, or change spec.hardwareRef in Workflow ${metadata.name}`;
    case "TemplateUnusable":
      return `put right what is said of Template ${templateRef} and apply it again`;
    case "WorkflowsForbidden":
      return unlockAdvice(hardwareRef);
    case "NotOfItsSchema":
      return `put right what is said of Hardware ${hardwareRef} and apply it again`;
    default:
      return `mend Template ${templateRef} (or what it refers to) and apply it`;
  }
}
