// What is said of a Template as it is written to the API: what no machine could be rendered with, and what means nothing.
import { type KindInfo, kinds, member } from "@neverland/api";
import { inSlices, type Pauses } from "@neverland/platform/wait/in-slices.ts";
import { checkSourceInSteps } from "@neverland/templates";

type Findings = {
  /** What never works, or means nothing where it stands. */
  readonly faults: readonly { readonly field: string; readonly message: string }[];
  /** A sentence each, without its full stop. */
  readonly notes: readonly string[];
};

/** In bytes: what is longer costs too much to read as it is written. People write shorter ones. */
export const longestLookedAt = 64 * 1024;
const field = "spec.data";

/** Of the text that is written last: it takes the place of those before. */
export async function lookAtTemplate(
  kind: KindInfo,
  { name, parts }: { readonly name: string; readonly parts: readonly object[] },
  breather?: Pauses,
): Promise<Findings> {
  const data = kind.kind === kinds.Template.kind ? textIn(parts) : "";
  if (data === "") return { faults: [], notes: [] };
  if (Buffer.byteLength(data) > longestLookedAt) {
    const why = `it is longer than the ${longestLookedAt / 1024} KiB that are looked at as it is written`;
    return { faults: [], notes: [`${field}: ${why}; whether it renders shows when a Workflow uses it`] };
  }
  const { problems, warnings } = await inSlices(checkSourceInSteps({ name, data }), breather);
  const faults = [...problems, ...warnings].map(({ line, column, field: inside, message }) => {
    const what = inside === "" ? message : `${inside}: ${message}`;
    return { field, message: `line ${line}, column ${column} of the template: ${what}` };
  });
  return { faults, notes: [] };
}

function textIn(parts: readonly object[]): string {
  const texts = parts.map((part) => member(member(part, "spec"), "data"));
  return texts.findLast((text) => typeof text === "string") ?? "";
}
