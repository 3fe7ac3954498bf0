// Evaluates pipelines, commands and arguments.
import { quote } from "../fmt/quote.ts";
import type { GoFunction } from "../functions/signature.ts";
import { nodeText } from "../parse/node-text.ts";
import type { ArgNode, ChainNode, CommandNode, IdentifierNode, PipeNode, VariableNode } from "../parse/nodes.ts";
import { TemplateError } from "../template-error.ts";
import { asInterface, isTrue, type MaybeRef, refOf } from "../values/reference.ts";
import { canBeNil, type GoType } from "../values/types.ts";
import { zeroOf } from "../values/values.ts";
import { checkedArg, idealConstant, typedConstant } from "./convert.ts";
import { evalFieldChain } from "./eval-field.ts";
import type { ExecState } from "./exec-state.ts";

/** The result of the stage before, if there is one: it becomes the last argument of the next. */
type Final = { readonly value: MaybeRef } | undefined;

export function evalPipeline(state: ExecState, dot: MaybeRef, pipe: PipeNode | undefined): MaybeRef {
  if (pipe === undefined) return undefined;
  return state.nested(() => {
    state.at(pipe);
    let final: Final;
    for (const command of pipe.commands) {
      const value = evalCommand(state, dot, command, final);
      final = { value: value?.type.kind === "interface" ? refOf(value.value) : value };
    }
    for (const variable of pipe.declared) {
      if (pipe.isAssign) state.assign(variable.name, final?.value);
      else state.push(variable.name, final?.value);
    }
    return final?.value;
  });
}

function evalCommand(state: ExecState, dot: MaybeRef, command: CommandNode, final: Final): MaybeRef {
  const { args } = command;
  const first = args[0];
  switch (first?.kind) {
    case "field":
      state.at(first);
      return evalFieldChain(state, dot, first.names, args, final !== undefined);
    case "chain":
      return evalChain(state, dot, first, args, final);
    case "identifier":
      return evalFunction(state, dot, first, command, args, final);
    case "pipe":
      notAFunction(state, args, final);
      return evalPipeline(state, dot, first);
    case "variable":
      return evalVariable(state, first, args, final);
    default:
      return evalConstant(state, dot, args, final);
  }
}

function evalConstant(state: ExecState, dot: MaybeRef, args: readonly ArgNode[], final: Final): MaybeRef {
  const first = args[0];
  if (first === undefined) return undefined;
  state.at(first);
  notAFunction(state, args, final);
  switch (first.kind) {
    case "bool":
    case "string":
      return refOf(first.value);
    case "dot":
      return dot;
    case "number":
      return refOf(idealConstant(state, first));
    case "nil":
      return state.fail("nil is not a command");
    default:
      return state.fail(`can't evaluate command ${quote(nodeText(first))}`);
  }
}

function notAFunction(state: ExecState, args: readonly ArgNode[], final: Final): void {
  const first = args[0];
  if (first !== undefined && (args.length > 1 || final !== undefined)) {
    state.fail(`can't give argument to non-function ${nodeText(first)}`);
  }
}

function evalChain(
  state: ExecState,
  dot: MaybeRef,
  chain: ChainNode,
  args: readonly ArgNode[],
  final: Final,
): MaybeRef {
  state.at(chain);
  if (chain.node.kind === "nil") state.fail(`indirection through explicit nil in ${nodeText(chain)}`);
  const receiver = evalArg(state, dot, undefined, chain.node);
  return evalFieldChain(state, receiver, chain.names, args, final !== undefined);
}

function evalVariable(state: ExecState, node: VariableNode, args: readonly ArgNode[], final: Final): MaybeRef {
  state.at(node);
  const value = state.variable(node.name);
  if (node.fields.length > 0) return evalFieldChain(state, value, node.fields, args, final !== undefined);
  notAFunction(state, args, final);
  return value;
}

function evalFunction(
  state: ExecState,
  dot: MaybeRef,
  node: IdentifierNode,
  callNode: IdentifierNode | CommandNode,
  args: readonly ArgNode[],
  final: Final,
): MaybeRef {
  state.at(node);
  const callee = state.shared.functions.get(node.name);
  if (callee === undefined) return state.fail(`${quote(node.name)} is not a defined function`);
  const given = args.slice(1);
  checkCount(state, node.name, callee, given.length, final);
  if (callee.shortCircuit !== undefined) return evalShortCircuit(state, dot, given, final, callee.shortCircuit);
  const values = given.map((arg, i) => evalArg(state, dot, paramType(callee, i), arg));
  if (final !== undefined) values.push(checkedArg(state, final.value, paramType(callee, values.length)));
  const [firstArg] = given;
  const firstArgText = firstArg === undefined ? reflectText(final?.value) : nodeText(firstArg);
  return call(state, callee, callNode, node.name, values, firstArgText);
}

function checkCount(state: ExecState, name: string, callee: GoFunction, given: number, final: Final): void {
  const count = given + (final === undefined ? 0 : 1);
  const wanted = callee.params.length;
  if (callee.isVariadic && count < wanted - 1) {
    state.fail(`wrong number of args for ${name}: want at least ${wanted - 1} got ${given}`);
  }
  if (!callee.isVariadic && count !== wanted) {
    state.fail(`wrong number of args for ${name}: want ${wanted} got ${count}`);
  }
}

function paramType(callee: GoFunction, index: number): GoType | undefined {
  return callee.params[Math.min(index, callee.params.length - 1)];
}

/** `and` and `or` look at their arguments one by one and stop at the first that decides. */
function evalShortCircuit(
  state: ExecState,
  dot: MaybeRef,
  args: readonly ArgNode[],
  final: Final,
  decides: boolean,
): MaybeRef {
  let value: MaybeRef;
  for (const arg of args) {
    value = evalAny(state, dot, arg);
    if (isTrue(value) === decides) return value;
  }
  return final === undefined ? value : final.value;
}

/** What Go's reflect.Value.String says of a value that came down the pipe. */
function reflectText(value: MaybeRef): string {
  if (typeof value?.value === "string") return value.value;
  return `<${value?.type.name ?? "invalid"} Value>`;
}

function call(
  state: ExecState,
  callee: GoFunction,
  callNode: IdentifierNode | CommandNode,
  name: string,
  values: readonly MaybeRef[],
  firstArgText: string,
): MaybeRef {
  const { budget } = state.shared;
  try {
    for (const value of values) if (typeof value?.value === "string") budget.spendBytes(value.value.length);
    const result = callee.call(values, { budget, firstArgText });
    if (typeof result?.value === "string") budget.spendBytes(result.value.length);
    return result;
  } catch (error) {
    if (!(error instanceof TemplateError) || error.place !== undefined) throw error;
    state.at(callNode);
    return state.fail(`error calling ${name}: ${error.message}`, error.code === "limit" ? "limit" : "execution");
  }
}

/** @param type undefined when anything will do. */
function evalArg(state: ExecState, dot: MaybeRef, type: GoType | undefined, node: ArgNode): MaybeRef {
  state.at(node);
  switch (node.kind) {
    case "nil":
      if (type !== undefined && canBeNil(type))
        return type.kind === "reflect" ? undefined : { type, value: zeroOf(type) };
      return state.fail(`cannot assign nil to ${type?.name ?? "interface {}"}`);
    case "bool":
    case "number":
    case "string":
      return evalTyped(state, type, node);
    default:
      return checkedArg(state, evalAny(state, dot, node), type);
  }
}

/** An argument for which nothing says what it must be. */
function evalAny(state: ExecState, dot: MaybeRef, node: ArgNode): MaybeRef {
  state.at(node);
  switch (node.kind) {
    case "dot":
      return dot;
    case "field":
      return evalFieldChain(state, dot, node.names, [node], false);
    case "variable":
      return evalVariable(state, node, [node], undefined);
    case "pipe":
      return evalPipeline(state, dot, node);
    case "identifier":
      return evalFunction(state, dot, node, node, [node], undefined);
    case "chain":
      return evalChain(state, dot, node, [node], undefined);
    case "number":
      return refOf(idealConstant(state, node));
    case "nil":
      return undefined;
    default:
      return refOf(node.value);
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  bool: "bool",
  string: "string",
  float64: "float",
  complex128: "complex",
};

/** A constant as argument: it must be of the kind that is wanted. */
function evalTyped(
  state: ExecState,
  type: GoType | undefined,
  node: Extract<ArgNode, { kind: "bool" | "number" | "string" }>,
): MaybeRef {
  if (type === undefined || type.kind === "interface" || type.kind === "reflect") {
    const value = node.kind === "number" ? idealConstant(state, node) : node.value;
    return type?.kind === "interface" ? asInterface(refOf(value)) : refOf(value);
  }
  const value = node.kind === "number" ? typedConstant(node, type) : node.kind === type.kind ? node.value : undefined;
  if (value !== undefined) return { type, value };
  const isInt = type.kind.startsWith("int");
  const wanted =
    EXPECTED[type.kind] ?? (isInt ? "integer" : type.kind.startsWith("uint") ? "unsigned integer" : undefined);
  const text = nodeText(node);
  if (wanted === undefined) return state.fail(`can't handle ${text} for arg of type ${type.name}`);
  return state.fail(`expected ${wanted}; found ${text}`);
}
