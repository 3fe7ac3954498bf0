// eq, ne, lt, le, gt, ge: Go compares only what is of one kind, and says so otherwise.

import { noFlags } from "../fmt/flags.ts";
import { printOperand, type Spend } from "../fmt/print-value.ts";
import { indirectInterface, isNilRef, type MaybeRef } from "../values/reference.ts";
import { isUnsigned } from "../values/types.ts";
import { GoComplex, GoInt, GoStruct, type GoValue } from "../values/values.ts";
import { bool, type CallContext, fn, type GoFunction, ref, refuse, variadic } from "./signature.ts";

type BasicKind = "bool" | "complex" | "float" | "int" | "uint" | "string";

function basicKind(value: GoValue | undefined): BasicKind | undefined {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "float";
  if (value instanceof GoInt) return isUnsigned(value.type.kind) ? "uint" : "int";
  return value instanceof GoComplex ? "complex" : undefined;
}

/** True when the first equals any of the others. */
function equalsAny(first: MaybeRef, others: readonly MaybeRef[], spend: Spend): boolean {
  const left = indirectInterface(first);
  if (others.length === 0) return refuse("missing argument for comparison");
  return others.some((other) => equals(left, indirectInterface(other), spend));
}

function equals(left: MaybeRef, right: MaybeRef, spend: Spend): boolean {
  const [a, b] = [left?.value, right?.value];
  const [kind, otherKind] = [basicKind(a), basicKind(b)];
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (kind !== otherKind) {
    if (left !== undefined && right !== undefined) incompatible(left, right);
    return false;
  }
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary;
  return kind === undefined ? equalsComposite(left, right, spend) : a === b;
}

/** Lists and maps compare only with nil. */
function equalsComposite(left: MaybeRef, right: MaybeRef, spend: Spend): boolean {
  if (left === undefined || right === undefined) return isNil(left) === isNil(right);
  if (isNil(left) || isNil(right)) return isNil(left) === isNil(right);
  const text = (value: GoValue) => printOperand(value, { verb: "s", flags: noFlags(), spend });
  const [leftComparable, rightComparable] = [left, right].map(({ value }) => value instanceof GoStruct);
  if (left.type.name !== right.type.name && !(leftComparable && rightComparable)) {
    const start = `non-comparable types ${text(left.value)}: ${left.type.name}, ${right.type.name}: `;
    refuse(start + printOperand(right.value, { verb: "v", flags: noFlags(), spend }));
  }
  if (!rightComparable && right.type.kind !== "ptr") {
    refuse(`non-comparable type ${text(right.value)}: ${right.type.name}`);
  }
  return left.value === right.value;
}

function isNil(value: MaybeRef): boolean {
  return value === undefined || isNilRef(value);
}

function incompatible(left: { type: { name: string } }, right: { type: { name: string } }): never {
  return refuse(`incompatible types for comparison: ${left.type.name} and ${right.type.name}`);
}

function lessThan(first: MaybeRef, second: MaybeRef): boolean {
  const [left, right] = [indirectInterface(first), indirectInterface(second)];
  const [a, b] = [left?.value, right?.value];
  const [kind, otherKind] = [basicKind(a), basicKind(b)];
  if (kind === undefined || otherKind === undefined) return refuse("invalid type for comparison");
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  if (kind !== otherKind && left !== undefined && right !== undefined) return incompatible(left, right);
  if (kind === "bool" || kind === "complex") return refuse("invalid type for comparison");
  // Of one kind now: two numbers, or two byte strings, whose order JavaScript has as Go has it.
  return (a as string) < (b as string);
}

function spendOf({ budget }: CallContext): Spend {
  return (sizeBytes) => budget.spendBytes(sizeBytes);
}

export const comparisons: Readonly<Record<string, GoFunction>> = {
  eq: variadic([ref], ref, bool, (first, others, context) => equalsAny(first, others, spendOf(context))),
  ne: fn([ref, ref], bool, (first, second, context) => !equalsAny(first, [second], spendOf(context))),
  lt: fn([ref, ref], bool, lessThan),
  le: fn([ref, ref], bool, (a, b, context) => lessThan(a, b) || equalsAny(a, [b], spendOf(context))),
  gt: fn([ref, ref], bool, (a, b, context) => !(lessThan(a, b) || equalsAny(a, [b], spendOf(context)))),
  ge: fn([ref, ref], bool, (a, b) => !lessThan(a, b)),
};
