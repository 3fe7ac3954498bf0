// Renders Templates for the controllers: from resources to the template engine's inputs, and from its problems to sentences.
import { parseTemplate, renderTemplate, type TemplateProblem } from "@neverland/templates";
import type { CheckTemplate, RenderWorkflow } from "./controllers/ports.ts";

export const renderWorkflow: RenderWorkflow = ({ workflow, template, hardware }) => {
  const result = renderTemplate({
    name: template.metadata.name,
    data: template.spec?.data ?? "",
    hardwareMap: workflow.spec?.hardwareMap ?? {},
    // Resources are JSON by nature; the engine takes them as such.
    ...(hardware === undefined ? {} : { hardware: { ...hardware } }),
  });
  return result.ok
    ? { document: result.document, warnings: result.warnings.map(formatProblem) }
    : { problems: result.problems.map(formatProblem) };
};

export const checkTemplate: CheckTemplate = (template) => parseTemplate(template).map(formatProblem);

/** The engine's own messages name line and column in the template; those of the rendered YAML get them here. */
function formatProblem({ in: where, line, column, field, message }: TemplateProblem): string {
  if (where === "template") return message;
  return `line ${line}, column ${column} of the rendered template: ${field === "" ? "" : `${field}: `}${message}`;
}
