// What the lexer hands to the parser.

export type TokenType =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | "dot"
  | Keyword;

const KEYWORDS = [
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
] as const;
export type Keyword = (typeof KEYWORDS)[number];

export interface Token {
  readonly type: TokenType;
  /** Byte offset in the source. */
  readonly at: number;
  /** The bytes of the token; of an `error`, its message. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

export function isKeyword(word: string): word is Keyword {
  return KEYWORDS.some((keyword) => keyword === word);
}
