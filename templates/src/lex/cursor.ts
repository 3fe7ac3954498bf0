// The place of the lexer in its input, and the tokens it has made.
import { decodeRune } from "../values/bytes.ts";
import type { Token, TokenType } from "./token.ts";

export class Cursor {
  readonly input: string;
  readonly tokens: Token[] = [];
  /** Where the next character is read, and where the token being read began. */
  at = 0;
  start = 0;
  line = 1;
  parenDepth = 0;

  constructor(input: string) {
    this.input = input;
  }

  /** The next rune, not taken; undefined at the end. */
  peek(): number | undefined {
    return this.at < this.input.length ? decodeRune(this.input, this.at).rune : undefined;
  }

  /** Takes the next rune. */
  next(): number | undefined {
    if (this.at >= this.input.length) return undefined;
    const { rune, sizeBytes } = decodeRune(this.input, this.at);
    this.at += sizeBytes;
    return rune;
  }

  startsWith(text: string, offset = 0): boolean {
    return this.input.startsWith(text, this.at + offset);
  }

  accept(chars: string): boolean {
    const char = this.input[this.at];
    if (char === undefined || !chars.includes(char)) return false;
    this.at++;
    return true;
  }

  acceptRun(chars: string): void {
    while (this.accept(chars));
  }

  /** What has been read of the current token. */
  get text(): string {
    return this.input.slice(this.start, this.at);
  }

  emit(type: TokenType): void {
    const { text } = this;
    this.tokens.push({ type, at: this.start, text, line: this.line });
    this.ignore();
  }

  /** Passes over what was read. */
  ignore(): void {
    for (let i = this.start; i < this.at; i++) if (this.input[i] === "\n") this.line++;
    this.start = this.at;
  }

  /** The last token: lexing stops here. Always false, so that a state can return it. */
  fail(message: string): false {
    this.tokens.push({ type: "error", at: this.start, text: message, line: this.line });
    return false;
  }
}
