// sprig: splitting strings, into lists and into dicts with the keys _0, _1, ...
import { mapOf, stringType } from "../values/types.ts";
import { GoMap } from "../values/values.ts";
import { any, type CallContext, fn, type GoFunction, int, string, strings } from "./signature.ts";
import { split } from "./strings.ts";

function numbered(parts: readonly string[], { budget }: CallContext): GoMap {
  budget.spendItems(parts.length);
  return new GoMap(mapOf(stringType), new Map(parts.map((part, i) => [`_${i}`, part])));
}

/** At most `count` parts, the last of them unsplit; all of them when `count` is negative. */
function splitN(separator: string, count: number, text: string): string[] {
  if (count === 0) return [];
  const parts = split(separator, text);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

export const splittingFunctions: Readonly<Record<string, GoFunction>> = {
  split: fn([string, string], any, (separator, text, context) => numbered(split(separator, text), context)),
  splitn: fn([string, int, string], any, (separator, count, text, context) =>
    numbered(splitN(separator, count, text), context),
  ),
  splitList: fn([string, string], strings, (separator, text, context) => {
    const parts = split(separator, text);
    context.budget.spendItems(parts.length);
    return parts;
  }),
};
