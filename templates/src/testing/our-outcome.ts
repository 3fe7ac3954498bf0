// Renders with our engine, in the shape that the oracle answers in.
import { builtins } from "../functions/builtins.ts";
import { renderText } from "../template.ts";
import { TemplateError } from "../template-error.ts";
import { ORACLE_TEMPLATE_NAME, type Outcome } from "./go-oracle.ts";

const functions = new Map(Object.entries(builtins));

export function outcomeOf(source: string, data: unknown): Outcome {
  try {
    return { output: renderText(ORACLE_TEMPLATE_NAME, source, data, functions) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}
