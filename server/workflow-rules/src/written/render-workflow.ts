// Renders Templates for the controllers: from resources to the template engine's inputs, and from its problems to sentences.
import { type Hardware, redactText, type Template, type Workflow } from "@neverland/api";
import { formatProblem, parseTemplate, type RenderLimits, renderTemplate } from "@neverland/templates";
import type { WorkflowDocument } from "../reports/render-status.ts";

type Rendered = { readonly document: WorkflowDocument; readonly warnings?: readonly string[] };
type NotRendered = {
  readonly problems: readonly string[];
  readonly isOverLimit: boolean;
  /** Of the Workflow's spec: it leads to what is to be mended. */
  readonly field: "hardwareMap" | "templateRef";
};

/** Renders a Template for a Workflow and checks the result. Problems and warnings are sentences with line and column. */
export type RenderWorkflow = (request: {
  readonly workflow: Workflow;
  readonly template: Template;
  readonly hardware?: Hardware | undefined;
  /** Those of a workflow's own rendering when absent. */
  readonly limits?: RenderLimits | undefined;
}) => Rendered | { readonly problems: readonly string[] };

/** What is wrong with a Template's text by itself, before it is rendered: sentences with line and column. */
export type CheckTemplate = (template: { readonly name: string; readonly data: string }) => readonly string[];

export const renderWorkflow = ({
  workflow,
  template,
  hardware,
  limits,
}: Parameters<RenderWorkflow>[0]): Rendered | NotRendered => {
  const result = renderTemplate({
    name: template.metadata.name,
    data: template.spec?.data ?? "",
    hardwareMap: workflow.spec?.hardwareMap ?? {},
    limits,
    // Resources are JSON by nature; the engine takes them as such.
    ...(hardware === undefined ? {} : { hardware: { ...hardware } }),
  });
  // A problem quotes what a function was given, and it becomes a condition, an event and a log line.
  const sayable = (problem: Parameters<typeof formatProblem>[0]) => redactText(formatProblem(problem), hardware);
  return result.ok
    ? { document: result.document, warnings: result.warnings.map(sayable) }
    : // A key that is passed over (`imag`) is often why another is missed.
      {
        problems: [...result.problems, ...result.warnings].map(sayable),
        isOverLimit: result.isOverLimit ?? false,
        field: result.problems[0]?.input ?? "templateRef",
      };
};

export const checkTemplate: CheckTemplate = (template) => parseTemplate(template).map(formatProblem);
