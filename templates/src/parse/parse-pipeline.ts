// Parses pipelines: the variables they set, and commands joined by `|`.
import type { Token, TokenType } from "../lex/token.ts";
import type { CommandNode, PipeNode, VariableNode } from "./nodes.ts";
import { parseCommand } from "./parse-operand.ts";
import type { ParseState } from "./parse-state.ts";

const COMMAND_START: readonly TokenType[] = [
  "bool",
  "charConstant",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
];
const NOT_EXECUTABLE: readonly string[] = ["bool", "dot", "nil", "number", "string"];

/** @param context What the pipeline is for, for messages. @param end The token that ends it; it is taken. */
export function parsePipeline(state: ParseState, context: string, end: TokenType): PipeNode {
  const { at } = state.tokens.peekNonSpace();
  const { declared, isAssign } = parseDeclarations(state, context);
  const commands: CommandNode[] = [];
  for (;;) {
    const token = state.tokens.nextNonSpace();
    if (token.type === end) break;
    if (!COMMAND_START.includes(token.type)) state.unexpected(token, context);
    state.tokens.backup();
    commands.push(parseCommand(state, parseParenthesized));
  }
  checkCommands(state, commands, context);
  return { kind: "pipe", at, isAssign, declared, commands };
}

function parseParenthesized(state: ParseState): PipeNode {
  return parsePipeline(state, "parenthesized pipeline", "rightParen");
}

function checkCommands(state: ParseState, commands: readonly CommandNode[], context: string): void {
  if (commands.length === 0) state.fail(`missing value for ${context}`);
  commands.forEach((command, i) => {
    const first = command.args[0]?.kind ?? "nil";
    if (i > 0 && NOT_EXECUTABLE.includes(first)) state.fail(`non executable command in pipeline stage ${i + 1}`);
  });
}

interface Declarations {
  readonly declared: readonly VariableNode[];
  readonly isAssign: boolean;
}

/** `$x :=`, `$x =`, and in a range `$i, $e :=`. A variable that nothing is assigned to is given back. */
function parseDeclarations(state: ParseState, context: string): Declarations {
  const declared: VariableNode[] = [];
  while (state.tokens.peekNonSpace().type === "variable") {
    const variable = state.tokens.next();
    // A space after the variable may have to be given back too: "$x foo" has two operands.
    const adjacent = state.tokens.peek();
    const following = state.tokens.peekNonSpace();
    if (following.type === "assign" || following.type === "declare") {
      state.tokens.nextNonSpace();
      declared.push(declare(state, variable));
      return { declared, isAssign: following.type === "assign" };
    }
    if (following.type !== "char" || following.text !== ",") {
      if (adjacent.type === "space") state.tokens.backup3(variable, adjacent);
      else state.tokens.backup2(variable);
      break;
    }
    state.tokens.nextNonSpace();
    declared.push(declare(state, variable));
    checkSecondVariable(state, context, declared.length);
  }
  return { declared, isAssign: false };
}

function declare(state: ParseState, { at, text }: Token): VariableNode {
  state.variables.push(text);
  return { kind: "variable", at, name: text, fields: [] };
}

/** After a comma: only a range may go on, and only with one more variable. */
function checkSecondVariable(state: ParseState, context: string, count: number): void {
  if (context === "range" && count < 2) {
    const { type } = state.tokens.peekNonSpace();
    if (type === "variable" || type === "rightDelim" || type === "rightParen") return;
    state.fail("range can only initialize variables");
  }
  state.fail(`too many declarations in ${context}`);
}
