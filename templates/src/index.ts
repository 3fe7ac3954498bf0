// What other packages may use of the templates.

export type { RenderLimits } from "./budget.ts";
export { renderForKubectl } from "./kubectl-template.ts";
export { TemplateError } from "./template-error.ts";
export { checkSource, checkSourceInSteps, type SourceCheck } from "./tinkerbell/check-source.ts";
export { formatProblem, type TemplateProblem } from "./tinkerbell/problem.ts";
export { parseTemplate, type RenderRequest, type RenderResult, renderTemplate } from "./tinkerbell/render-template.ts";
