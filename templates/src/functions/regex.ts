// sprig: regular expressions, matched by RE2 in linear time; what Go refuses (lookaround, back-references) is refused.
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { MAX_STRING_BYTES } from "../budget.ts";
import { toBytes, toText } from "../values/bytes.ts";
import { bool, type CallContext, fn, type GoFunction, int, refuse, string, strings } from "./signature.ts";

const MAX_PATTERN_LENGTH = 1000;
/** Linear, but slow: a step of the budget pays for this many characters times instructions. */
const WORK_PER_STEP = 16;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly group: (name: number | string) => string;
}

/** All on texts, not bytes: a pattern matches runes. */
class Regex {
  readonly #pattern: RE2JS;
  readonly #context: CallContext;

  constructor(pattern: string, context: CallContext) {
    if (pattern.length > MAX_PATTERN_LENGTH) refuse(`a regular expression exceeds ${MAX_PATTERN_LENGTH} bytes`);
    this.#context = context;
    try {
      this.#pattern = RE2JS.compile(toText(pattern));
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      refuse(toBytes(error.message));
    }
  }

  /** Matches from left to right that do not overlap; at most `limit`, all when it is negative. */
  matches(text: string, limit: number): Found[] {
    this.#context.budget.spend(Math.ceil((text.length * this.#pattern.programSize()) / WORK_PER_STEP));
    const matcher = this.#pattern.matcher(text);
    const found: Found[] = [];
    let previousEnd = -1;
    while ((limit < 0 || found.length < limit) && matcher.find()) {
      this.#context.budget.spend(1 + matcher.groupCount());
      const [start, end] = [matcher.start(), matcher.end()];
      // As in Go, an empty match right behind a match does not count.
      if (start === end && start === previousEnd) continue;
      previousEnd = end;
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? "");
      const names = this.#pattern.namedGroups();
      const group = (name: number | string) => groups[typeof name === "number" ? name : (names[name] ?? -1)] ?? "";
      found.push({ start, end, group });
    }
    return found;
  }

  replace(text: string, replacement: (found: Found) => string): string {
    const { budget } = this.#context;
    const pieces: string[] = [];
    let at = 0;
    let size = text.length;
    for (const found of this.matches(text, -1)) {
      const piece = replacement(found);
      size += piece.length;
      budget.spendBytes(Math.max(piece.length, size > MAX_STRING_BYTES ? size : 0));
      pieces.push(text.slice(at, found.start), piece);
      at = found.end;
    }
    return pieces.join("") + text.slice(at);
  }
}

/** Go's Expand: `$1`, `$name`, `${1}`, `$$`; a name is as long as it can be. */
function expand(template: string, found: Found): string {
  return template.replace(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return whole === "$$" ? "$" : whole;
      return found.group(/^\d+$/.test(name) ? Number(name) : name);
    },
  );
}

function split(regex: Regex, text: string, limit: number, isEmptyPattern: boolean): string[] {
  if (limit === 0) return [];
  if (!isEmptyPattern && text === "") return [""];
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const found of regex.matches(text, limit)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = found.start;
    if (found.end !== 0) parts.push(text.slice(start, end));
    start = found.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return parts;
}

const matchFn = (onError: "false" | "fail") =>
  fn([string, string], bool, (pattern, text, context) => {
    try {
      return new Regex(pattern, context).matches(toText(text), 1).length > 0;
    } catch (error) {
      if (onError === "fail" || !(error instanceof Error && error.message.startsWith("error parsing regexp")))
        throw error;
      return false; // regexMatch answers no to a pattern that is none
    }
  });
const findAll = fn([string, string, int], strings, (pattern, text, limit, context) =>
  new Regex(pattern, context).matches(toText(text), limit).map((found) => toBytes(found.group(0))),
);
const find = fn([string, string], string, (pattern, text, context) => {
  const [found] = new Regex(pattern, context).matches(toText(text), 1);
  return found === undefined ? "" : toBytes(found.group(0));
});
const replaceAll = fn([string, string, string], string, (pattern, text, replacement, context) => {
  const template = toText(replacement);
  return toBytes(new Regex(pattern, context).replace(toText(text), (found) => expand(template, found)));
});
const replaceLiteral = fn([string, string, string], string, (pattern, text, replacement, context) =>
  toBytes(new Regex(pattern, context).replace(toText(text), () => toText(replacement))),
);
const splitFn = fn([string, string, int], strings, (pattern, text, limit, context) =>
  split(new Regex(pattern, context), toText(text), limit, pattern === "").map(toBytes),
);

export const regexFunctions: Readonly<Record<string, GoFunction>> = {
  regexMatch: matchFn("false"),
  mustRegexMatch: matchFn("fail"),
  regexFindAll: findAll,
  mustRegexFindAll: findAll,
  regexFind: find,
  mustRegexFind: find,
  regexReplaceAll: replaceAll,
  mustRegexReplaceAll: replaceAll,
  regexReplaceAllLiteral: replaceLiteral,
  mustRegexReplaceAllLiteral: replaceLiteral,
  regexSplit: splitFn,
  mustRegexSplit: splitFn,
  regexQuoteMeta: fn([string], string, (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
};
