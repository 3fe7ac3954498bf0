// Parses commands and what they are made of: names, fields, constants, parenthesised pipelines.
import { quote } from "../fmt/quote.ts";
import type { Token } from "../lex/token.ts";
import { nodeText } from "./node-text.ts";
import type { ArgNode, CommandNode, NumberNode, PipeNode, StringNode, VariableNode } from "./nodes.ts";
import { numberOf, numberOfComplex, numberOfRune } from "./number.ts";
import type { ParseState } from "./parse-state.ts";
import { unquoteString } from "./unquote.ts";

/** Parses what stands between parentheses; passed in, for pipelines hold commands and commands hold pipelines. */
export type ParseParenthesized = (state: ParseState) => PipeNode;

/** Operands up to the next pipe or the end. */
export function parseCommand(state: ParseState, parseParenthesized: ParseParenthesized): CommandNode {
  const { at } = state.tokens.peekNonSpace();
  const args: ArgNode[] = [];
  for (;;) {
    state.tokens.peekNonSpace();
    const operand = parseOperand(state, parseParenthesized);
    if (operand !== undefined) args.push(operand);
    const token = state.tokens.next();
    if (token.type === "space") continue;
    if (token.type === "rightDelim" || token.type === "rightParen") state.tokens.backup();
    else if (token.type !== "pipe") state.unexpected(token, "operand");
    break;
  }
  if (args.length === 0) state.fail("empty command");
  return { kind: "command", at, args };
}

/** A term and the fields that hang on it. */
function parseOperand(state: ParseState, parseParenthesized: ParseParenthesized): ArgNode | undefined {
  const node = parseTerm(state, parseParenthesized);
  if (node === undefined) return undefined;
  const first = state.tokens.peek();
  if (first.type !== "field") return node;
  const names: string[] = [];
  while (state.tokens.peek().type === "field") names.push(state.tokens.next().text.slice(1));
  switch (node.kind) {
    case "field":
      return { kind: "field", at: first.at, names: [...node.names, ...names] };
    case "variable":
      return { ...node, at: first.at, fields: [...node.fields, ...names] };
    case "pipe":
    case "identifier":
    case "chain":
      return { kind: "chain", at: first.at, node, names };
    default:
      return state.fail(`unexpected . after term ${quote(nodeText(node))}`);
  }
}

function parseTerm(state: ParseState, parseParenthesized: ParseParenthesized): ArgNode | undefined {
  const token = state.tokens.nextNonSpace();
  const { at, text } = token;
  switch (token.type) {
    case "identifier":
      if (!state.hasFunction(text)) state.fail(`function ${quote(text)} not defined`);
      return { kind: "identifier", at, name: text };
    case "dot":
    case "nil":
      return { kind: token.type, at };
    case "variable":
      return useVariable(state, token);
    case "field":
      return { kind: "field", at, names: [text.slice(1)] };
    case "bool":
      return { kind: "bool", at, value: text === "true" };
    case "charConstant":
    case "complex":
    case "number":
      return parseNumber(state, token);
    case "string":
    case "rawString":
      return parseString(state, token);
    case "leftParen":
      return state.nested(() => parseParenthesized(state));
    default:
      state.tokens.backup();
      return undefined;
  }
}

function useVariable(state: ParseState, { at, text }: Token): VariableNode {
  if (!state.variables.includes(text)) state.fail(`undefined variable ${quote(text)}`);
  return { kind: "variable", at, name: text, fields: [] };
}

function parseNumber(state: ParseState, token: Token): NumberNode {
  const read = token.type === "charConstant" ? numberOfRune : token.type === "complex" ? numberOfComplex : numberOf;
  const result = read(token.text);
  if ("problem" in result) return state.fail(result.problem);
  return { kind: "number", at: token.at, source: token.text, number: result.number };
}

export function parseString(state: ParseState, token: Token): StringNode {
  const value = unquoteString(token.text);
  if (value === undefined) return state.fail("invalid syntax");
  return { kind: "string", at: token.at, source: token.text, value };
}
