// What other packages may use of @neverland/templates.
export { compileTemplate, renderText, type Template } from "./template.ts";
export { TemplateError, type TemplateErrorCode, type TemplatePlace } from "./template-error.ts";
export { formatPartition, netmaskToPrefixLength, tinkerbellFunctions } from "./tinkerbell/functions.ts";
export { imageReferenceProblem } from "./tinkerbell/image-reference.ts";
export type { TemplateProblem } from "./tinkerbell/problem.ts";
export { parseTemplate, type RenderRequest, type RenderResult, renderTemplate } from "./tinkerbell/render-template.ts";
export { type JsonObject, type TemplateInputs, templateData } from "./tinkerbell/template-data.ts";
export {
  readWorkflowDocument,
  type WorkflowAction,
  type WorkflowDocument,
  type WorkflowTask,
} from "./tinkerbell/workflow-document.ts";
