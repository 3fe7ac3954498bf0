// Parses a source into its templates: texts, actions, branches, and the templates it defines.
import { MAX_SOURCE_BYTES } from "../budget.ts";
import { lex } from "../lex/lexer.ts";
import type { Token } from "../lex/token.ts";
import { TemplateError } from "../template-error.ts";
import type { BranchNode, JumpNode, ListNode, PipeNode, StatementNode, TemplateNode, Tree } from "./nodes.ts";
import { parseString } from "./parse-operand.ts";
import { parsePipeline } from "./parse-pipeline.ts";
import { ParseState } from "./parse-state.ts";

/** What ends a list: `{{end}}`, or `{{else}}`, perhaps with `if` or `with` to follow. */
interface Closing {
  readonly kind: "end" | "else";
  readonly at: number;
}

/**
 * @param name Name of the main template, as bytes. @param source Its text, as bytes.
 * @returns Every template by name; the main one under `name`.
 * @throws {TemplateError} `syntax`
 */
export function parse(name: string, source: string, hasFunction: (name: string) => boolean): Map<string, Tree> {
  if (source.length > MAX_SOURCE_BYTES) {
    throw new TemplateError("limit", `template ${name} exceeds ${MAX_SOURCE_BYTES} bytes`);
  }
  const state = new ParseState(name, source, lex(source), hasFunction);
  const { at } = state.tokens.peek();
  const nodes: StatementNode[] = [];
  while (state.tokens.peek().type !== "eof") {
    if (parseDefinition(state)) continue;
    const node = parseTextOrAction(state);
    if (isClosing(node)) state.fail(`unexpected ${closingText(node)}`);
    else nodes.push(node);
  }
  state.addTree(name, { kind: "list", at, nodes });
  return state.trees;
}

/** `{{define "name"}} ... {{end}}`, which may stand only at the outermost level. */
function parseDefinition(state: ParseState): boolean {
  if (state.tokens.peek().type !== "leftDelim") return false;
  const delim = state.tokens.next();
  if (state.tokens.nextNonSpace().type !== "define") {
    state.tokens.backup2(delim);
    return false;
  }
  const context = "define clause";
  const name = parseString(state, state.expect(["string", "rawString"], context)).value;
  state.expect(["rightDelim"], context);
  const list = state.inTemplate(() => parseWholeList(state, context));
  state.addTree(name, list);
  return true;
}

function parseWholeList(state: ParseState, context: string): ListNode {
  const { list, closing } = parseList(state);
  if (closing.kind !== "end") state.fail(`unexpected ${closingText(closing)} in ${context}`);
  return list;
}

function parseList(state: ParseState): { list: ListNode; closing: Closing } {
  const { at } = state.tokens.peekNonSpace();
  const nodes: StatementNode[] = [];
  while (state.tokens.peekNonSpace().type !== "eof") {
    const node = parseTextOrAction(state);
    if (isClosing(node)) return { list: { kind: "list", at, nodes }, closing: node };
    nodes.push(node);
  }
  return state.fail("unexpected EOF");
}

function parseTextOrAction(state: ParseState): StatementNode | Closing {
  const token = state.tokens.nextNonSpace();
  if (token.type === "text") return { kind: "text", at: token.at, text: token.text };
  if (token.type !== "leftDelim") return state.unexpected(token, "input");
  state.actionLine = token.line;
  const node = parseAction(state);
  state.actionLine = 0;
  return node;
}

function parseAction(state: ParseState): StatementNode | Closing {
  const token = state.tokens.nextNonSpace();
  switch (token.type) {
    case "block":
      return parseBlock(state);
    case "break":
    case "continue":
      return parseJump(state, token, token.type);
    case "else":
      return parseElse(state);
    case "end":
      return { kind: "end", at: state.expect(["rightDelim"], "end").at };
    case "if":
    case "range":
    case "with": {
      const kind = token.type;
      return state.nested(() => parseBranch(state, kind));
    }
    case "template":
      return parseTemplate(state);
    default: {
      state.tokens.backup();
      const { at } = state.tokens.peek();
      return { kind: "action", at, pipe: parsePipeline(state, "command", "rightDelim") };
    }
  }
}

function parseJump(state: ParseState, token: Token, kind: JumpNode["kind"]): JumpNode {
  const following = state.tokens.nextNonSpace();
  if (following.type !== "rightDelim") state.unexpected(following, `{{${kind}}}`);
  if (state.rangeDepth === 0) state.fail(`{{${kind}}} outside {{range}}`);
  return { kind, at: token.at };
}

function parseElse(state: ParseState): Closing {
  const following = state.tokens.peekNonSpace();
  if (following.type === "if" || following.type === "with") return { kind: "else", at: following.at };
  return { kind: "else", at: state.expect(["rightDelim"], "else").at };
}

function parseBranch(state: ParseState, kind: BranchNode["kind"]): BranchNode {
  const inScope = state.variables.length;
  const pipe = parsePipeline(state, kind, "rightDelim");
  if (kind === "range") state.rangeDepth++;
  const { list, closing } = parseList(state);
  if (kind === "range") state.rangeDepth--;
  const elseList = closing.kind === "else" ? parseElseList(state, kind, closing) : undefined;
  state.variables.length = inScope;
  return { kind, at: pipe.at, pipe, list, elseList };
}

/** `{{else if}}` is an `if` inside the else, whose `end` closes both; the same for `with`. */
function parseElseList(state: ParseState, kind: BranchNode["kind"], closing: Closing): ListNode {
  if ((kind === "if" || kind === "with") && state.tokens.peek().type === kind) {
    state.tokens.next();
    return { kind: "list", at: closing.at, nodes: [state.nested(() => parseBranch(state, kind))] };
  }
  const { list, closing: last } = parseList(state);
  if (last.kind !== "end") state.fail(`expected end; found ${closingText(last)}`);
  return list;
}

/** `{{block "name" pipe}}` defines a template and runs it on the spot. */
function parseBlock(state: ParseState): TemplateNode {
  const context = "block clause";
  const token = state.tokens.nextNonSpace();
  const name = parseTemplateName(state, token, context);
  const pipe = parsePipeline(state, context, "rightDelim");
  const list = state.inTemplate(() => parseWholeList(state, context));
  state.addTree(name, list);
  return { kind: "template", at: token.at, name, pipe };
}

function parseTemplate(state: ParseState): TemplateNode {
  const context = "template clause";
  const token = state.tokens.nextNonSpace();
  const name = parseTemplateName(state, token, context);
  let pipe: PipeNode | undefined;
  if (state.tokens.nextNonSpace().type !== "rightDelim") {
    state.tokens.backup();
    pipe = parsePipeline(state, context, "rightDelim");
  }
  return { kind: "template", at: token.at, name, pipe };
}

function parseTemplateName(state: ParseState, token: Token, context: string): string {
  const isString = token.type === "string" || token.type === "rawString";
  return isString ? parseString(state, token).value : state.unexpected(token, context);
}

function isClosing(node: StatementNode | Closing): node is Closing {
  return node.kind === "end" || node.kind === "else";
}

function closingText(closing: Closing): string {
  return `{{${closing.kind}}}`;
}
