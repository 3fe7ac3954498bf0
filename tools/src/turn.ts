// Which long tests a commit has to pass: as many as fit the time, in an order that its hash gives, so that all get their turn.
import { createHash } from "node:crypto";
import type { LongTest } from "./long-tests.ts";

export type Turn = { readonly chosen: readonly LongTest[]; readonly left: readonly LongTest[] };

/** The same for the same commit, on every machine. A test that no longer fits is passed over for a shorter one behind it.
 *  @param minutes What all of them together may take. */
export function turnOf(commit: string, tests: readonly LongTest[], minutes: number): Turn {
  const chosen: LongTest[] = [];
  const left: LongTest[] = [];
  let remaining = minutes;
  for (const test of tests.toSorted((a, b) => (lot(commit, a.name) < lot(commit, b.name) ? -1 : 1))) {
    const fits = test.minutes <= remaining;
    (fits ? chosen : left).push(test);
    if (fits) remaining -= test.minutes;
  }
  return { chosen, left };
}

/** For people: which tests, and why these. */
export function describeTurn(commit: string, { chosen, left }: Turn, minutes: number): string {
  const line = ({ name, minutes: takes, proves }: LongTest): string => `  ${name} (${takes} min): ${proves}`;
  const rest = left.length === 0 ? ["That is all of them."] : ["Left to other commits:", ...left.map(line)];
  const head = `The lot of commit ${commit.slice(0, 12)} among the long tests, ${minutes} minutes of them:`;
  return [head, ...chosen.map(line), ...rest, ""].join("\n");
}

function lot(commit: string, name: string): string {
  return createHash("sha256").update(`${commit} ${name}`).digest("hex");
}
