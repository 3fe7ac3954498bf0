// The pages of docs/ that are made from tables in the code.
import { eventReference, viewReference } from "@neverland/api";
import { fieldReference } from "@neverland/api/field-reference";
import { configReference } from "@neverland/tink-up/config-reference.ts";

/** By path in the repository: what makes the page's text. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  "docs/configuration.md": configReference,
  "docs/events.md": eventReference,
  "docs/machine-states.md": viewReference,
  "docs/reference/fields.md": fieldReference,
};
