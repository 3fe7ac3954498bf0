// A template with each action covered, character for character, so that what is around them reads as YAML and stands where it stands.
import { lex } from "../lex/lexer.ts";
import { isKeyword, type Token } from "../lex/token.ts";

export type Outline = {
  readonly text: string;
  /** The same with values that stand on lines of their own left blank: some are text of several lines, as `toYaml` makes it. */
  readonly withoutLines: string;
  /** Whether actions decide what is there at all, as `if`, `range` and `template` do, or in which column a line begins. */
  readonly isDecided: boolean;
  readonly hasActions: boolean;
  /** Whether an action has a part in the value, or the key, that stands here. Both counted from 1. */
  isMade(line: number, column: number): boolean;
};

/** Stands for a value; what makes none is blank. */
const [made, blank] = ["x", " "];

/** @param data A template that can be parsed. */
export function outlineOf(data: string): Outline {
  // The lexer reads bytes. A letter for each half of what is not ASCII keeps all in its place.
  const source = data.replaceAll(/[^\p{ASCII}]/gu, (char) => "a".repeat(char.length));
  const chars = data.split("");
  const covered = new Set<number>();
  const cover = (from: number, to: number, by: string): void => {
    for (let at = from; at < to; at += 1) {
      if (source[at] === "\n") continue;
      chars[at] = by;
      if (by === made) covered.add(at);
    }
  };
  const actions = actionsIn(lex(source));
  const comments = source
    .matchAll(/\{\{(?:- )?\/\*[\s\S]*?\*\/(?: -)?\}\}/g)
    .map(({ index, 0: comment }) => ({ from: index, to: index + comment.length }))
    .toArray();
  for (const { from, to, makesText } of actions) cover(from, to, makesText ? made : blank);
  for (const { from, to } of comments) cover(from, to, blank);
  const lines = data.split("\n");
  const text = chars.join("");
  const outlined = text.split("\n");
  const starts: number[] = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  return {
    text,
    withoutLines: text.replaceAll(/^ *x+ *$/gm, (line) => " ".repeat(line.length)),
    isDecided: actions.some(({ decides }) => decides) || outlined.some((line, at) => movesText(line, lines[at] ?? "")),
    hasActions: actions.length > 0,
    isMade: (line, column) => {
      const from = (starts[line - 1] ?? 0) + column - 1;
      const rest = data.slice(from, (starts[line] ?? 0) - 1);
      // What is said of a whole mapping stands at its first key.
      const [key = rest] = /^(?:- +)*[\w-]+:(?= |$)/.exec(rest) ?? [];
      for (let at = from; at < from + key.length; at += 1) if (covered.has(at)) return true;
      return false;
    },
  };
}

/** Nothing is made by `{{ $a := 1 }}` in front of a line's text, so that the text moves to where it began. */
function movesText(outlined: string, line: string): boolean {
  const indentation = /^ */.exec(outlined)?.[0].length ?? 0;
  return indentation < outlined.length && line.slice(0, indentation).trim() !== "";
}

type Action = { readonly from: number; readonly to: number; readonly makesText: boolean; readonly decides: boolean };

function actionsIn(tokens: readonly Token[]): Action[] {
  const actions: Action[] = [];
  let inside: Token[] = [];
  for (const token of tokens) {
    if (token.type === "text") continue;
    inside.push(token);
    if (token.type !== "rightDelim") continue;
    const [first] = inside;
    const words = inside.filter(({ type }) => type !== "space");
    const decides = isKeyword(words[1]?.type ?? "") && words[1]?.type !== "nil";
    const declares = words[1]?.type === "variable" && words.some(({ type }) => type === "declare" || type === "assign");
    const to = token.at + token.text.length;
    actions.push({ from: first?.at ?? to, to, makesText: !decides && !declares, decides });
    inside = [];
  }
  return actions;
}
