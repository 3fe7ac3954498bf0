// Members that the text of a JSON body has twice: a parser keeps the last and says nothing.
import { formatPath, oneLine } from "@neverland/api";

/** In characters. */
const longestPath = 256;
/** In characters: longer ones nobody writes by hand, and everybody else would wait. */
const mostText = 250_000;

const marks = {
  ...{ quote: 0x22, backslash: 0x5c, comma: 0x2c },
  ...{ brace: 0x7b, closingBrace: 0x7d, bracket: 0x5b, closingBracket: 0x5d },
} as const;

type Level = {
  /** Of an object; a list has none. */
  readonly names: Set<string> | undefined;
  /** Where in it the scan is: a name, or a place in a list. */
  at: string | number;
  /** Whether the next string is a name. */
  isNameNext: boolean;
};

/**
 * @param text Of JSON that is known to be right. @param most So many are looked for.
 * @returns As Kubernetes says it, each once: `duplicate field "spec.interfaces[0].dhcp.mac"`.
 */
export function duplicateMembers(text: string, most: number): string[] {
  const found = new Set<string>();
  if (text.length > mostText) return [];
  const levels: Level[] = [];
  for (let at = 0; at < text.length && found.size < most; at += 1) {
    const level = levels.at(-1);
    switch (text.charCodeAt(at)) {
      case marks.brace:
        levels.push({ names: new Set(), at: "", isNameNext: true });
        break;
      case marks.bracket:
        levels.push({ names: undefined, at: 0, isNameNext: false });
        break;
      case marks.closingBrace:
      case marks.closingBracket:
        levels.pop();
        break;
      case marks.comma:
        if (level !== undefined) goOn(level);
        break;
      case marks.quote: {
        const end = lastQuote(text, at);
        if (level?.isNameNext && isTwice(level, JSON.parse(text.slice(at, end + 1)))) found.add(duplicateText(levels));
        at = end;
      }
    }
  }
  return [...found];
}

function goOn(level: Level): void {
  if (typeof level.at === "number") level.at += 1;
  else level.isNameNext = true;
}

function duplicateText(levels: readonly Level[]): string {
  return `duplicate field "${oneLine(formatPath(levels.map(({ at }) => at))).slice(0, longestPath)}"`;
}

/** @param start Where its first quote is. */
function lastQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === marks.quote) return at;
    if (code === marks.backslash) at += 1;
  }
  return text.length;
}

function isTwice(level: Level, name: string): boolean {
  level.at = name;
  level.isNameNext = false;
  if (level.names?.has(name)) return true;
  level.names?.add(name);
  return false;
}
