// The functions that are part of the template language itself.
import { sprint, sprintln } from "../fmt/print.ts";
import { sprintf } from "../fmt/printf.ts";
import { indirectInterface, isTrue, type MaybeRef } from "../values/reference.ts";
import { reflectType } from "../values/types.ts";
import { comparisons } from "./comparisons.ts";
import { escapeHtml, escapeJs, escapeQuery, textOf } from "./escapes.ts";
import { indexing } from "./indexing.ts";
import { any, bool, type CallContext, fn, type GoFunction, ref, refuse, string, variadic } from "./signature.ts";

/** Evaluated by exec, argument by argument; here only their shape is said. */
function shortCircuit(decides: boolean): GoFunction {
  return { params: [reflectType, reflectType], isVariadic: true, shortCircuit: decides, call: ([first]) => first };
}

function spendOf({ budget }: CallContext): (sizeBytes: number) => void {
  return (sizeBytes) => budget.spendBytes(sizeBytes);
}

/** No function value can reach a template of ours, so there is nothing to call. */
function callNothing(callee: MaybeRef, context: CallContext): never {
  const found = indirectInterface(callee);
  if (found === undefined) return refuse("call of nil");
  return refuse(`non-function ${context.firstArgText} of type ${found.type.name}`);
}

export const builtins: Readonly<Record<string, GoFunction>> = {
  ...comparisons,
  ...indexing,
  and: shortCircuit(false),
  or: shortCircuit(true),
  not: fn([ref], bool, (value) => !isTrue(value)),
  call: variadic([ref], ref, ref, (callee, _args, context) => callNothing(callee, context)),
  html: variadic([], any, string, (args, context) => escapeHtml(textOf(args, spendOf(context)))),
  js: variadic([], any, string, (args, context) => escapeJs(textOf(args, spendOf(context)))),
  urlquery: variadic([], any, string, (args, context) => escapeQuery(textOf(args, spendOf(context)))),
  print: variadic([], any, string, (args, context) => sprint(args, spendOf(context))),
  printf: variadic([string], any, string, (format, args, context) => sprintf(format, args, spendOf(context))),
  println: variadic([], any, string, (args, context) => sprintln(args, spendOf(context))),
};
