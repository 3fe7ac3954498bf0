// Cuts a text into YAML's tokens, and stops as soon as it is deeper or longer than allowed.
import { type CST, Lexer, type LineCounter, Parser } from "yaml";
import type { Refuse } from "./yaml-fault.ts";

export type TokenLimits = {
  /** Levels of mappings and lists. */
  readonly maxDepth: number;
  /** Of each document. */
  readonly maxTokens: number;
};

/** What stands on the parser's stack beside the collections: the document, and a scalar with its surroundings. */
const beside = 3;

/**
 * The parser keeps its depth on a stack of its own, so any depth can be watched here; what composes its tokens to nodes
 * recurses, and must never see a deeper one. After `refuse` was called nothing more comes.
 */
export function* boundedTokens(
  text: string,
  { maxDepth, maxTokens }: TokenLimits,
  lines: LineCounter,
  refuse: Refuse,
): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const at = parser.offset;
    for (const token of parser.next(lexeme)) {
      if (token.type === "document") count = 0;
      yield token;
    }
    count += 1;
    if (count > maxTokens) return refuse(at, `the document is too large: it has more than ${maxTokens} tokens`);
    if (parser.stack.length > maxDepth + beside) return refuse(at, tooDeep(maxDepth));
  }
  yield* parser.end();
}

export function tooDeep(maxDepth: number): string {
  return `mappings and lists are nested more than ${maxDepth} levels deep`;
}
