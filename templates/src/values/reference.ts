// A value seen through the type of the place it was found in, as Go's reflect.Value: a nil in a map is not "no value".
import { anyType, type GoType } from "./types.ts";
import { GoComplex, GoInt, GoMap, GoPointer, GoSlice, type GoValue, typeOf } from "./values.ts";

export interface Ref {
  readonly type: GoType;
  readonly value: GoValue;
}
/** undefined is Go's invalid reflect.Value: no value at all, not even a nil. */
export type MaybeRef = Ref | undefined;

export function refOf(value: GoValue): MaybeRef {
  const type = typeOf(value);
  return type && { type, value };
}

export function isNilRef(ref: Ref): boolean {
  const { value } = ref;
  if (value instanceof GoPointer) return value.target === null;
  if (value instanceof GoSlice || value instanceof GoMap) return value.isNil;
  return value === null;
}

/** Follows interfaces and pointers to what they hold; stops, with `isNil`, at one that holds nothing. */
export function indirect(ref: MaybeRef): { ref: MaybeRef; isNil: boolean } {
  let at = ref;
  while (at !== undefined && (at.type.kind === "interface" || at.type.kind === "ptr")) {
    if (isNilRef(at)) return { ref: at, isNil: true };
    at = at.value instanceof GoPointer ? { type: at.value.type.elem, value: at.value.target } : refOf(at.value);
  }
  return { ref: at, isNil: false };
}

/** Looks through an interface, and not through a pointer. */
export function indirectInterface(ref: MaybeRef): MaybeRef {
  return ref?.type.kind === "interface" ? refOf(ref.value) : ref;
}

/** Go's idea of true: not the zero value; empty lists, maps and strings are false, structs are true. */
export function isTrue(ref: MaybeRef): boolean {
  const value = indirectInterface(ref)?.value ?? null;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  if (value instanceof GoSlice) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoPointer) return value.target !== null;
  // NaN differs from zero, so it is true, which JavaScript denies.
  return typeof value === "number" ? value !== 0 : Boolean(value);
}

/** The value where an `interface {}` is wanted. */
export function asInterface(ref: MaybeRef): Ref {
  return { type: anyType, value: ref?.value ?? null };
}
