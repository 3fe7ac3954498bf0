// Turning whatever a template has into a number, a text, a list: the lenient casts of sprig.
import { printDefault, type Spend } from "../fmt/print-value.ts";
import { parseGoFloat, parseGoInt } from "../parse/parse-number.ts";
import { GoInt, GoMap, GoPointer, GoSlice, GoStruct, type GoValue, typeOf } from "../values/values.ts";
import { type CallContext, refuse } from "./signature.ts";

export function spendOf({ budget }: CallContext): Spend {
  return (sizeBytes) => budget.spendBytes(sizeBytes);
}

/** A string as it is, anything else as `%v`. */
export function textOfValue(value: GoValue, context: CallContext): string {
  return typeof value === "string" ? value : printDefault(value, spendOf(context));
}

/** An int64; what is no number is 0, fractions of floats are cut off. Texts are read as Go source: `0600` is octal. */
export function toInt64(value: GoValue): bigint {
  if (value instanceof GoInt) return BigInt.asIntN(64, value.value);
  if (typeof value === "number") return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value !== "string") return 0n;
  const parsed = parseGoInt(value.replace(/\.0+$/, ""));
  return parsed !== undefined && BigInt.asIntN(64, parsed) === parsed ? parsed : 0n;
}

/** A float64; what is no number is 0. */
export function toFloat64(value: GoValue): number {
  if (typeof value === "number") return value;
  if (value instanceof GoInt) return Number(value.value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? (parseGoFloat(value) ?? 0) : 0;
}

/** sprig's idea of "not set": zero, false, "", nil, a list or map of nothing. Structs are always set. */
export function isEmpty(value: GoValue): boolean {
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof GoSlice) return value.items.length === 0;
  if (value instanceof GoMap) return value.entries.size === 0;
  if (value instanceof GoPointer) return value.target === null;
  return value === null || value === false || value === 0 || value === "";
}

/** What reflection calls the value's kind. */
export function kindOf(value: GoValue): string {
  if (value === null) return "invalid";
  return typeOf(value)?.kind ?? "invalid";
}

/** The items of a list, or a refusal in sprig's words: `Cannot find first on type string`. */
export function itemsOf(value: GoValue, action: string): readonly GoValue[] {
  if (value instanceof GoSlice) return value.items;
  if (value === null) return refuse("runtime error: invalid memory address or nil pointer dereference");
  return refuse(`${action} ${kindOf(value)}`);
}

/** The items as texts, nil left out; anything but a list counts as a list of itself. */
export function textsOf(value: GoValue, context: CallContext): string[] {
  const items = value instanceof GoSlice ? value.items : [value];
  context.budget.spendItems(items.length);
  return items.filter((item) => item !== null).map((item) => textOfValue(item, context));
}

/** Go's reflect.DeepEqual: same types all the way down. */
export function deepEqual(left: GoValue, right: GoValue, context: CallContext): boolean {
  context.budget.spend();
  if (typeOf(left)?.name !== typeOf(right)?.name) return false;
  if (left instanceof GoInt && right instanceof GoInt) return left.value === right.value;
  if (left instanceof GoSlice && right instanceof GoSlice) {
    return left.isNil === right.isNil && allEqual(left.items, right.items, context);
  }
  if (left instanceof GoStruct && right instanceof GoStruct) return allEqual(left.fields, right.fields, context);
  if (left instanceof GoPointer && right instanceof GoPointer) return deepEqual(left.target, right.target, context);
  if (!(left instanceof GoMap && right instanceof GoMap)) return left === right;
  if (left.isNil !== right.isNil || left.entries.size !== right.entries.size) return false;
  return [...left.entries].every(([key, value]) => {
    const other = right.entries.get(key);
    return other !== undefined && deepEqual(value, other, context);
  });
}

function allEqual(left: readonly GoValue[], right: readonly GoValue[], context: CallContext): boolean {
  return left.length === right.length && left.every((item, i) => deepEqual(item, right[i] ?? null, context));
}
