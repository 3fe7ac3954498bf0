// Renders Templates for the controllers: from resources to the template engine's inputs, and from its problems to sentences.
import { redactText } from "@neverland/api";
import { formatProblem, parseTemplate, renderTemplate } from "@neverland/templates";
import type { CheckTemplate, RenderWorkflow } from "../ports.ts";

export const renderWorkflow: RenderWorkflow = ({ workflow, template, hardware, limits }) => {
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
      };
};

export const checkTemplate: CheckTemplate = (template) => parseTemplate(template).map(formatProblem);
