// -o go-template, by the engine that renders Templates.
import { renderForKubectl, TemplateError } from "@neverland/templates";
import { CliError } from "../../cli-error.ts";

/** @throws {CliError} `usage`, with the place in the template. */
export function renderGoTemplate(template: string, value: unknown): string {
  try {
    return renderForKubectl(template, value);
  } catch (error) {
    if (error instanceof TemplateError) throw new CliError("usage", error.message, { cause: error });
    throw error;
  }
}
