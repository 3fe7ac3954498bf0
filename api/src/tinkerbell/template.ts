// Template (tinkerbell.org/v1alpha1): a Go text/template that renders to a workflow document.
import { z } from "zod";
import type { Resource } from "../resource.ts";

export const templateSpecSchema = z.looseObject({ data: z.string().nullish() });
export const templateStatusSchema = z.looseObject({
  state: z.enum(["Ready", "Error", ""]).optional(),
  /** Ours: why `state` is `Error`, with line and column. */
  message: z.string().optional(),
});

export type TemplateSpec = z.infer<typeof templateSpecSchema>;
export type TemplateStatus = z.infer<typeof templateStatusSchema>;
export type Template = Resource<TemplateSpec, TemplateStatus>;
