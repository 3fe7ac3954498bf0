// From a Template and a Hardware to the tasks of a Workflow.
import type { RenderLimits } from "../budget.ts";
import { compileTemplate } from "../template.ts";
import { TemplateError } from "../template-error.ts";
import { absentValue } from "./absent-value.ts";
import { tinkerbellFunctions } from "./functions.ts";
import type { TemplateProblem } from "./problem.ts";
import { type TemplateInputs, templateData } from "./template-data.ts";
import { readWorkflowDocument, type WorkflowDocument } from "./workflow-document.ts";

export interface RenderRequest extends TemplateInputs {
  /** Names the template in messages. */
  readonly name: string;
  /** `spec.data` of the Template. */
  readonly data: string;
  readonly limits?: RenderLimits | undefined;
}

export type RenderResult =
  | {
      readonly ok: true;
      readonly document: WorkflowDocument;
      /** The YAML the document was read from. */
      readonly rendered: string;
      /** What upstream would pass over in silence: keys that mean nothing, tasks that do nothing. */
      readonly warnings: readonly TemplateProblem[];
    }
  | {
      readonly ok: false;
      /** At least one. */
      readonly problems: readonly TemplateProblem[];
      /** Absent when the template itself failed. */
      readonly rendered?: string;
      /** It was given up: nothing is known of it but that it needs more than its limits. */
      readonly isOverLimit?: boolean;
      readonly warnings: readonly TemplateProblem[];
    };

/** Renders and checks. Never throws for what a template, a Hardware or a reference holds. */
export function renderTemplate(request: RenderRequest): RenderResult {
  try {
    const template = compileTemplate(request.name, request.data, tinkerbellFunctions, { limits: request.limits });
    const rendered = template.render(templateData(request));
    return { ...readWorkflowDocument(rendered), rendered };
  } catch (error) {
    const problem = problemOf(error);
    const absence = error instanceof TemplateError ? absentValue(error, request.data, request) : undefined;
    const told =
      absence === undefined
        ? problem
        : { ...problem, message: `${problem.message}: ${absence.why}`, ...(absence.input && { input: absence.input }) };
    const isOverLimit = error instanceof TemplateError && error.code === "limit";
    return { ok: false, problems: [told], warnings: [], isOverLimit };
  }
}

/** The check without data, for a Template that is created or changed: syntax and function names only. */
export function parseTemplate(template: { readonly name: string; readonly data: string }): readonly TemplateProblem[] {
  try {
    compileTemplate(template.name, template.data, tinkerbellFunctions);
    return [];
  } catch (error) {
    return [problemOf(error)];
  }
}

function problemOf(error: unknown): TemplateProblem {
  if (!(error instanceof TemplateError)) throw error;
  const { line, column } = error.place ?? { line: 1, column: 0 };
  return { in: "template", line, column: column + 1, field: "", message: error.message };
}
