// index, slice and len.
import { indirect, indirectInterface, type MaybeRef } from "../values/reference.ts";
import { intTypes, stringType } from "../values/types.ts";
import { GoInt, GoMap, GoSlice, type GoValue, zeroOf } from "../values/values.ts";
import { fn, type GoFunction, int, ref, refuse, variadic } from "./signature.ts";

function indexAll(item: MaybeRef, indexes: readonly MaybeRef[]): MaybeRef {
  let found = indirectInterface(item);
  if (found === undefined) return refuse("index of untyped nil");
  for (const index of indexes) {
    const { ref: target, isNil } = indirect(found);
    if (isNil || target === undefined) return refuse("index of nil pointer");
    found = indexOne(target.value, target.type.name, indirectInterface(index));
  }
  return found;
}

function indexOne(value: GoValue, typeName: string, index: MaybeRef): MaybeRef {
  if (value instanceof GoSlice) {
    const at = position(index, value.items.length);
    if (at === value.items.length) return refuse("reflect: slice index out of range");
    return { type: value.type.elem, value: value.items[at] ?? null };
  }
  if (typeof value === "string") {
    const at = position(index, value.length);
    if (at === value.length) return refuse("reflect: string index out of range");
    return { type: intTypes.uint8, value: new GoInt(intTypes.uint8, BigInt(value.charCodeAt(at))) };
  }
  if (!(value instanceof GoMap)) return refuse(`can't index item of type ${typeName}`);
  if (index === undefined) return refuse("value is nil; should be of type string");
  if (typeof index.value !== "string") return refuse(`value has type ${index.type.name}; should be string`);
  const entry = value.entries.get(index.value);
  return { type: value.type.elem, value: entry === undefined ? zeroOf(value.type.elem) : entry };
}

/** A whole number from 0 to `length`, which is one past the last item. */
function position(index: MaybeRef, length: number): number {
  if (index === undefined) return refuse("cannot index slice/array with nil");
  const { value } = index;
  // Go's slice, unlike its index, does not look into an interface.
  if (!(value instanceof GoInt) || index.type.kind === "interface")
    return refuse(`cannot index slice/array with type ${index.type.name}`);
  if (value.value < 0n || value.value > BigInt(length)) return refuse(`index out of range: ${value.value}`);
  return Number(value.value);
}

function slice(item: MaybeRef, indexes: readonly MaybeRef[]): MaybeRef {
  const found = indirectInterface(item);
  if (found === undefined) return refuse("slice of untyped nil");
  if (indexes.length > 3) return refuse(`too many slice indexes: ${indexes.length}`);
  const { value } = found;
  if (typeof value === "string" && indexes.length === 3) return refuse("cannot 3-index slice a string");
  if (typeof value !== "string" && !(value instanceof GoSlice)) {
    return refuse(`can't slice item of type ${found.type.name}`);
  }
  const length = typeof value === "string" ? value.length : value.items.length;
  const places = indexes.map((index) => position(index, length));
  const [start = 0, end = length, limit] = places;
  if (start > end) return refuse(`invalid slice index: ${start} > ${end}`);
  if (limit !== undefined && end > limit) return refuse(`invalid slice index: ${end} > ${limit}`);
  if (typeof value === "string") return { type: stringType, value: value.slice(start, end) };
  return { type: value.type, value: new GoSlice(value.type, value.items.slice(start, end)) };
}

function length(item: MaybeRef): number {
  const { ref: target, isNil } = indirect(item);
  if (isNil) return refuse("len of nil pointer");
  if (target === undefined) return refuse("reflect: call of reflect.Value.Type on zero Value");
  const { value } = target;
  if (typeof value === "string") return value.length;
  if (value instanceof GoSlice) return value.items.length;
  return value instanceof GoMap ? value.entries.size : refuse(`len of type ${target.type.name}`);
}

export const indexing: Readonly<Record<string, GoFunction>> = {
  index: variadic([ref], ref, ref, indexAll),
  slice: variadic([ref], ref, ref, slice),
  len: fn([ref], int, length),
};
