// Our renderings beside Go's: how many are the same, and what differs in the others.
import { isDeepStrictEqual } from "node:util";
import type { Rendering } from "./corpus.ts";
import { type Outcome, ourOutcome } from "./our-renderings.ts";

export type Comparison = {
  /** Of them, those that neither renders, in the same words; ours may go on with what is missing. */
  readonly refusedAlike: number;
  readonly same: number;
  readonly differing: readonly { readonly key: string; readonly ours: Outcome; readonly gos: Outcome }[];
};

/** @param gos Of the renderings, in their order. */
export function compare(asked: readonly Rendering[], gos: readonly (Outcome | undefined)[]): Comparison {
  const pairs = asked.map((each, at) => ({
    key: each.key,
    ours: withoutTypes(ourOutcome(each)),
    gos: withoutTypes(gos[at] ?? { error: "Go was not asked" }),
  }));
  const same = pairs.filter((pair) => isSame(pair.ours, pair.gos));
  return {
    refusedAlike: same.filter(({ ours }) => "error" in ours).length,
    same: same.length,
    differing: pairs.filter((pair) => !same.includes(pair)),
  };
}

function isSame(ours: Outcome, gos: Outcome): boolean {
  if ("error" in ours && "error" in gos) return ours.error === gos.error || ours.error.startsWith(`${gos.error}: `);
  return isDeepStrictEqual(ours, gos);
}

/** Go's sentences have the names of its types, which are upstream's in ours and those of our small program in Go's. */
function withoutTypes(outcome: Outcome): Outcome {
  return "output" in outcome ? outcome : { error: outcome.error.replaceAll(/\*?(?:main|tinkerbell)\.\w+/g, "TYPE") };
}

/** The first line in which they differ, of each. */
export function firstDifference(ours: Outcome, gos: Outcome): readonly [ours: string, gos: string] {
  const [mine, its] = [linesOf(ours), linesOf(gos)];
  const at = mine.findIndex((line, index) => line !== its[index]);
  return [mine[at]?.trim() ?? "", its[at]?.trim() ?? ""];
}

function linesOf(outcome: Outcome): readonly string[] {
  return ("output" in outcome ? outcome.output : outcome.error).split("\n");
}
