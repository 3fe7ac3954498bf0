// sprig: strings as words: abbreviating and wrapping.
import { type CallContext, fn, type GoFunction, int, string } from "./signature.ts";

function abbrev(width: number, text: string): string {
  return width < 4 || text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

/** Keeps `width` bytes from `offset` on, with dots where something is missing. */
function abbrevBoth(offset: number, width: number, text: string): string {
  if (width < 4 || (offset > 0 && width < 7) || text.length <= width) return text;
  const start = Math.min(offset, text.length - (width - 3));
  if (start <= 4) return `${text.slice(0, width - 3)}...`;
  if (start + width - 3 < text.length) return `...${abbrev(width - 3, text.slice(start))}`;
  return `...${text.slice(text.length - (width - 3))}`;
}

/** Breaks lines at spaces; a word longer than a line stays whole unless `breaksWords`. Widths count bytes. */
function wrap(width: number, separator: string, breaksWords: boolean, text: string, { budget }: CallContext): string {
  const least = Math.max(width, 1);
  const newLine = separator === "" ? "\n" : separator;
  budget.spendBytes(text.length + Math.ceil(text.length / least) * newLine.length);
  const lines: string[] = [];
  let at = 0;
  while (text.length - at > least) {
    if (text[at] === " ") {
      at++;
      continue;
    }
    const { end, next } = lineEnd(text, at, least, breaksWords);
    lines.push(text.slice(at, end));
    if (next === undefined) return lines.join(newLine);
    at = next;
  }
  lines.push(text.slice(at));
  return lines.join(newLine);
}

/** Where the line ends, and where the next begins if there is one. */
function lineEnd(text: string, at: number, width: number, breaksWords: boolean): { end: number; next?: number } {
  const space = text.lastIndexOf(" ", at + width);
  if (space > at) return { end: space, next: space + 1 };
  if (breaksWords) return { end: at + width, next: at + width };
  const following = text.indexOf(" ", at + width);
  return following < 0 ? { end: text.length } : { end: following, next: following + 1 };
}

export const wordFunctions: Readonly<Record<string, GoFunction>> = {
  abbrev: fn([int, string], string, abbrev),
  abbrevboth: fn([int, int, string], string, abbrevBoth),
  wrap: fn([int, string], string, (width, text, context) => wrap(width, "\n", false, text, context)),
  wrapWith: fn([int, string, string], string, (width, separator, text, context) =>
    wrap(width, separator, true, text, context),
  ),
};
