// The pages of docs/ that are made from tables in the code.
import { eventReference } from "@neverland/api";
import { fieldReference } from "@neverland/api/field-reference";
import { configReference } from "@neverland/tink-up/config-reference.ts";

/** By path in the repository: what makes the page's text. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  "docs/configuration.md": configReference,
  "docs/events.md": eventReference,
  "docs/reference/fields.md": fieldReference,
};
