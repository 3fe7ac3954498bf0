// The state of parsing one source: its tokens, the variables in scope, the templates found, and how it fails.
import { quote } from "../fmt/quote.ts";
import { isKeyword, type Token, type TokenType } from "../lex/token.ts";
import { TemplateError } from "../template-error.ts";
import { decodeRunes, encodeRune, toText } from "../values/bytes.ts";
import { trimSpace } from "../values/spaces.ts";
import type { ListNode, Tree } from "./nodes.ts";
import { TokenBuffer } from "./token-buffer.ts";

/** Parentheses, branches and blocks inside each other: more than a person writes, less than the stack holds. */
const MAX_NESTING = 500;

export class ParseState {
  readonly sourceName: string;
  readonly source: string;
  readonly tokens: TokenBuffer;
  readonly hasFunction: (name: string) => boolean;
  readonly trees = new Map<string, Tree>();
  /** Variables of the template being parsed, innermost last. */
  variables: string[] = ["$"];
  rangeDepth = 0;
  /** Line on which the action being parsed began; 0 between actions. */
  actionLine = 0;
  #nesting = 0;

  constructor(sourceName: string, source: string, tokens: readonly Token[], hasFunction: (name: string) => boolean) {
    this.sourceName = sourceName;
    this.source = source;
    this.tokens = new TokenBuffer(tokens);
    this.hasFunction = hasFunction;
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    this.#nesting++;
    if (this.#nesting > MAX_NESTING) this.fail("max expression depth exceeded");
    const result = parse();
    this.#nesting--;
    return result;
  }

  /** Parses the body of another template of this source: nothing outside is in scope there. */
  inTemplate<T>(parse: () => T): T {
    const { variables, rangeDepth } = this;
    this.variables = ["$"];
    this.rangeDepth = 0;
    const result = this.nested(parse);
    this.variables = variables;
    this.rangeDepth = rangeDepth;
    return result;
  }

  /** Keeps a template. An empty one gives way to a full one, two full ones of one name are an error. */
  addTree(name: string, root: ListNode): void {
    const known = this.trees.get(name);
    if (known !== undefined && !isEmptyList(known.root)) {
      if (isEmptyList(root)) return;
      this.fail(`template: multiple definition of template ${quote(name)}`);
    }
    this.trees.set(name, { name, sourceName: this.sourceName, source: this.source, root });
  }

  expect(types: readonly TokenType[], context: string): Token {
    const token = this.tokens.nextNonSpace();
    return types.includes(token.type) ? token : this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    if (token.type !== "error") return this.fail(`unexpected ${tokenText(token)} in ${context}`);
    const elsewhere = this.actionLine !== 0 && this.actionLine !== token.line;
    const started = elsewhere ? ` in action started at ${this.sourceName}:${this.actionLine}` : "";
    // "unclosed action" and the like end in the word already.
    return this.fail(token.text + (token.text.endsWith(" action") ? started.replace(" in action", "") : started));
  }

  /** @param message As bytes. */
  fail(message: string): never {
    const { line, at } = this.tokens.current;
    const column = at - (this.source.lastIndexOf("\n", at - 1) + 1);
    const text = toText(`template: ${this.sourceName}:${line}: ${message}`);
    throw new TemplateError("syntax", text, { templateName: toText(this.sourceName), line, column });
  }
}

function tokenText(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (isKeyword(token.type) || token.type === "dot") return `<${token.text}>`;
  if (token.text.length <= 10) return quote(token.text);
  const start = decodeRunes(token.text).slice(0, 10);
  return `${quote(start.map(({ rune }) => encodeRune(rune)).join(""))}...`;
}

/** A template of nothing but white space counts as not defined yet. */
function isEmptyList(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === "text" && trimSpace(node.text) === "");
}
