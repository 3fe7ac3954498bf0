// What our templates package makes of a template, in the form that Go's answer has.
import { renderTemplate } from "@neverland/templates";
import type { Rendering } from "./corpus.ts";

export type Outcome = { readonly output: string } | { readonly error: string };

/** What was rendered counts here, whether or not it is a workflow document. */
export function ourOutcome({ name, data, hardware, hardwareMap }: Rendering): Outcome {
  const result = renderTemplate({ name, data, hardware, hardwareMap });
  return result.rendered === undefined
    ? { error: result.ok ? "" : (result.problems[0]?.message ?? "") }
    : { output: result.rendered };
}

/** Why what was rendered would be no workflow. */
export function documentProblems({ name, data, hardware, hardwareMap }: Rendering): readonly string[] {
  const result = renderTemplate({ name, data, hardware, hardwareMap });
  if (result.ok || result.rendered === undefined) return [];
  return result.problems.map(({ field, message }) => `${field}: ${message}`);
}
