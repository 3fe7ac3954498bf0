// Cuts a text into YAML's tokens, and stops as soon as it is deeper or longer than allowed.
import { type CST, Lexer, type LineCounter, Parser } from "yaml";
import type { Refuse } from "./yaml-fault.ts";

export type TokenLimits = {
  /** Levels of mappings and lists. */
  readonly maxDepth: number;
  /** Of each document. */
  readonly maxTokens: number;
  /** Of the whole text. A text within it is one token, and is folded line by line. */
  readonly maxLines: number;
};

/** About a millisecond's worth. */
const tokensAtOnce = 500;

/** What stands on the parser's stack beside the collections: the document, and a scalar with its surroundings. */
const beside = 3;

/**
 * The parser keeps its depth on a stack of its own, so any depth can be watched here; what composes its tokens to nodes
 * recurses, and must never see a deeper one. After `refuse` was called nothing more comes.
 * @returns Tokens, and now and then `undefined`: a good moment to let others go on.
 */
export function* boundedTokens(
  text: string,
  { maxDepth, maxTokens, maxLines }: TokenLimits,
  lines: LineCounter,
  refuse: Refuse,
): Generator<CST.Token | undefined> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  if (hasMoreLines(text, maxLines)) return refuse(0, `the document is too large: it has more than ${maxLines} lines`);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const at = parser.offset;
    for (const token of parser.next(lexeme)) {
      if (token.type === "document") count = 0;
      yield token;
    }
    count += 1;
    if (count % tokensAtOnce === 0) yield undefined;
    if (count > maxTokens) return refuse(at, `the document is too large: it has more than ${maxTokens} tokens`);
    if (parser.stack.length > maxDepth + beside) return refuse(at, tooDeep(maxDepth));
  }
  yield* parser.end();
}

function hasMoreLines(text: string, most: number): boolean {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0 && count <= most; at = text.indexOf("\n", at + 1)) count += 1;
  return count > most;
}

export function tooDeep(maxDepth: number): string {
  return `mappings and lists are nested more than ${maxDepth} levels deep`;
}
