// Reads the lexer's tokens with Go's look-ahead of three: messages name the line of the token that was looked at last.
import type { Token } from "../lex/token.ts";

export class TokenBuffer {
  readonly #tokens: readonly Token[];
  #at = 0;
  #peeked = 0;
  readonly #slots: [Token, Token, Token];

  constructor(tokens: readonly Token[]) {
    const blank: Token = { type: "eof", at: 0, text: "", line: 1 };
    this.#tokens = tokens;
    this.#slots = [blank, blank, blank];
  }

  /** The token that a message is about. */
  get current(): Token {
    return this.#slots[0];
  }

  next(): Token {
    if (this.#peeked > 0) this.#peeked--;
    else this.#slots[0] = this.#read();
    return this.#slot(this.#peeked);
  }

  peek(): Token {
    if (this.#peeked > 0) return this.#slot(this.#peeked - 1);
    this.#peeked = 1;
    this.#slots[0] = this.#read();
    return this.#slots[0];
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.type === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }

  backup(): void {
    this.#peeked++;
  }

  /** Gives back two tokens; the one after `first` is in the buffer already. */
  backup2(first: Token): void {
    this.#slots[1] = first;
    this.#peeked = 2;
  }

  backup3(first: Token, second: Token): void {
    this.#slots[1] = second;
    this.#slots[2] = first;
    this.#peeked = 3;
  }

  #slot(index: number): Token {
    return this.#slots[index === 0 ? 0 : index === 1 ? 1 : 2];
  }

  /** The last token, the end or an error, comes again and again. */
  #read(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? this.#slots[0];
    this.#at++;
    return token;
  }
}
