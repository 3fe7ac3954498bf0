// Renders with every function of a Tinkerbell template; a failure comes back as its message.
import { renderText } from "../template.ts";
import { TemplateError } from "../template-error.ts";
import { tinkerbellFunctions } from "../tinkerbell/functions.ts";

export function rendered(source: string, data: unknown = {}): string {
  try {
    return renderText("t", source, data, tinkerbellFunctions);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

/** What the call in the first action of a template failed with. */
export function failure(source: string, data: unknown = {}): string {
  return rendered(source, data).replace(/^.*error calling \w+: /s, "");
}
