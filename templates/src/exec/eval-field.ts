// `.Name`: fields of structs and entries of maps.

import { quote } from "../fmt/quote.ts";
import type { AnyNode } from "../parse/nodes.ts";
import { indirect, type MaybeRef } from "../values/reference.ts";
import { GoMap, GoStruct } from "../values/values.ts";
import type { ExecState } from "./exec-state.ts";

/** @param hasArgs Whether something was to be passed to the field, which no field of ours takes. */
function evalField(state: ExecState, name: string, receiver: MaybeRef, hasArgs: boolean): MaybeRef {
  const isLenient = state.shared.missingKey === "no-value";
  if (receiver === undefined && isLenient) return undefined;
  if (receiver === undefined) return state.fail(`nil data; no entry for key ${quote(name)}`);
  const typeName = receiver.type.name;
  const { ref, isNil } = indirect(receiver);
  if (isNil && ref?.type.kind === "interface") return state.fail(`nil pointer evaluating ${typeName}.${name}`);
  const value = ref?.value;
  if (value instanceof GoStruct) {
    const at = value.type.fields.findIndex((field) => field.name === name);
    const field = value.type.fields[at];
    if (field !== undefined) {
      if (hasArgs) return state.fail(`${name} has arguments but cannot be invoked as function`);
      return { type: field.type, value: value.fields[at] ?? null };
    }
  }
  if (value instanceof GoMap) {
    if (hasArgs) return state.fail(`${name} is not a method but has arguments`);
    const entry = value.entries.get(name);
    if (entry === undefined && isLenient) return undefined;
    if (entry === undefined) return state.fail(`map has no entry for key ${quote(name)}`);
    return { type: value.type.elem, value: entry };
  }
  if (isNil && ref?.type.kind === "ptr" && isKnownField(ref.type.elem, name)) {
    return state.fail(`nil pointer evaluating ${typeName}.${name}`);
  }
  return state.fail(`can't evaluate field ${name} in type ${typeName}`);
}

/** A struct without such a field is the better complaint than the nil pointer to it. */
function isKnownField(type: { kind: string; fields?: readonly { name: string }[] }, name: string): boolean {
  return type.kind !== "struct" || type.fields?.some((field) => field.name === name) === true;
}

/** Each name in turn on what the one before gave; only the last may have arguments. */
export function evalFieldChain(
  state: ExecState,
  receiver: MaybeRef,
  names: readonly string[],
  args: readonly AnyNode[],
  hasFinal: boolean,
): MaybeRef {
  let value = receiver;
  names.forEach((name, i) => {
    value = evalField(state, name, value, i === names.length - 1 && (args.length > 1 || hasFinal));
  });
  return value;
}
