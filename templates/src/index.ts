// What other packages may use of the templates.
export { checkSource, type SourceCheck } from "./tinkerbell/check-source.ts";
export { formatProblem, type TemplateProblem } from "./tinkerbell/problem.ts";
export { parseTemplate, type RenderRequest, type RenderResult, renderTemplate } from "./tinkerbell/render-template.ts";
