// Renders Templates for the controllers: from resources to the template engine's inputs, and from its problems to sentences.
import { formatProblem, parseTemplate, renderTemplate } from "@neverland/templates";
import type { CheckTemplate, RenderWorkflow } from "../ports.ts";

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
