// The controllers' ports for templates, by our own engine. Its data is the Workflow's hardwareMap and its Hardware.
import { parseTemplate, renderTemplate, type TemplateProblem } from "@neverland/templates";
import type { CheckTemplate, RenderWorkflow } from "./ports.ts";

export const renderWorkflow: RenderWorkflow = ({ workflow, template, hardware }) => {
  const { name } = template.metadata;
  const result = renderTemplate({
    name,
    data: template.spec?.data ?? "",
    hardwareMap: workflow.spec?.hardwareMap ?? {},
    ...(hardware === undefined ? {} : { hardware }),
  });
  const warnings = result.warnings.map((warning) => sentenceOf(name, warning));
  return result.ok
    ? { document: result.document, warnings }
    : { problems: result.problems.map((problem) => sentenceOf(name, problem)) };
};

export const checkTemplate: CheckTemplate = (template) =>
  parseTemplate(template).map((problem) => sentenceOf(template.name, problem));

/** The engine's own messages say where in the template; of the rendered text, line and column are counted there. */
function sentenceOf(name: string, problem: TemplateProblem): string {
  if (problem.in === "template") return problem.message;
  const field = problem.field === "" ? "" : `${problem.field}: `;
  return `template ${name}, rendered text ${problem.line}:${problem.column}: ${field}${problem.message}`;
}
