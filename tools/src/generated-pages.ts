// The pages of docs/ that are made from tables in the code.
import { eventReference } from "@neverland/api";

/** By path in the repository: what makes the page's text. */
export const generatedPages: Readonly<Record<string, () => string>> = { "docs/events.md": eventReference };
