// Template (tinkerbell.org/v1alpha1): a Go text/template that renders to a workflow document.
import { z } from "zod";
import { conditionSchema, observedGeneration } from "../goal-condition.ts";
import type { Resource } from "../resource.ts";

export const templateSpecSchema = z.looseObject({
  data: z
    .string()
    .nullish()
    .describe(
      "A Go text/template that renders to a workflow document in YAML: tasks and their actions. It reads .Hardware, .hardware and the Workflow's hardwareMap; a missing key is an error. One that is empty does not render.",
    ),
});
export const templateStatusSchema = z.looseObject({
  state: z
    .enum(["Ready", "Error", ""])
    .optional()
    .describe("Error when the template cannot be read as one; Ready, or empty where nobody has looked yet."),
  message: z.string().optional().describe("Why state is Error, with line and column."),
  observedGeneration,
  conditions: z.array(conditionSchema).nullish().describe("What is so of the template, each by its type."),
});

export type TemplateSpec = z.infer<typeof templateSpecSchema>;
export type TemplateStatus = z.infer<typeof templateStatusSchema>;
export type Template = Resource<TemplateSpec, TemplateStatus>;
