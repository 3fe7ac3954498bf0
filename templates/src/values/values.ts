// The value model. nil, bool, float64 and string are JavaScript's null, boolean, number and (byte) string;
// every integer is a GoInt holding a bigint; lists, maps, structs and pointers know their Go type.
import {
  anyType,
  boolType,
  complexType,
  floatType,
  type GoType,
  type IntType,
  intTypes,
  type MapType,
  mapOf,
  type PointerType,
  type SliceType,
  type StructType,
  sliceOf,
  stringType,
} from "./types.ts";

export type GoValue = null | boolean | string | number | GoInt | GoComplex | GoSlice | GoMap | GoStruct | GoPointer;

export class GoInt {
  readonly type: IntType;
  readonly value: bigint;
  constructor(type: IntType, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

export class GoComplex {
  readonly real: number;
  readonly imaginary: number;
  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

export class GoSlice {
  readonly type: SliceType;
  readonly items: readonly GoValue[];
  readonly isNil: boolean;
  constructor(type: SliceType, items: readonly GoValue[], isNil = false) {
    this.type = type;
    this.items = items;
    this.isNil = isNil;
  }
}

/** Changeable, and shared by whoever holds it, as in Go: sprig's `set` writes into it. */
export class GoMap {
  readonly type: MapType;
  readonly entries: Map<string, GoValue>;
  readonly isNil: boolean;
  constructor(type: MapType, entries: Map<string, GoValue>, isNil = false) {
    this.type = type;
    this.entries = entries;
    this.isNil = isNil;
  }
}

/** Field values stand in the order of `type.fields`. */
export class GoStruct {
  readonly type: StructType;
  readonly fields: readonly GoValue[];
  constructor(type: StructType, fields: readonly GoValue[]) {
    this.type = type;
    this.fields = fields;
  }
}

export class GoPointer {
  readonly type: PointerType;
  readonly target: GoValue;
  /** @param target null is the nil pointer. */
  constructor(type: PointerType, target: GoValue) {
    this.type = type;
    this.target = target;
  }
}

export const anySlice = sliceOf(anyType);
export const stringSlice = sliceOf(stringType);
export const intSlice = sliceOf(intTypes.int);
export const anyMap = mapOf(anyType);

export function goInt(value: bigint | number): GoInt {
  return new GoInt(intTypes.int, BigInt(value));
}
export function goInt64(value: bigint): GoInt {
  return new GoInt(intTypes.int64, BigInt.asIntN(64, value));
}
export function listOf(items: readonly GoValue[]): GoSlice {
  return new GoSlice(anySlice, items);
}
export function dictOf(entries: Map<string, GoValue>): GoMap {
  return new GoMap(anyMap, entries);
}

/** The type `%T` prints; undefined for nil, which has none. */
export function typeOf(value: GoValue): GoType | undefined {
  if (value === null) return undefined;
  if (typeof value === "boolean") return boolType;
  if (typeof value === "string") return stringType;
  if (typeof value === "number") return floatType;
  return value instanceof GoComplex ? complexType : value.type;
}

/** What Go holds in a variable of this type before anything is assigned. */
export function zeroOf(type: GoType): GoValue {
  switch (type.kind) {
    case "bool":
      return false;
    case "string":
      return "";
    case "float64":
      return 0;
    case "complex128":
      return new GoComplex(0, 0);
    case "interface":
    case "reflect":
      return null;
    case "slice":
      return new GoSlice(type, [], true);
    case "map":
      return new GoMap(type, new Map(), true);
    case "ptr":
      return new GoPointer(type, null);
    case "struct":
      return new GoStruct(
        type,
        type.fields.map((field) => zeroOf(field.type)),
      );
    default:
      return new GoInt({ kind: type.kind, name: type.name }, 0n);
  }
}

/** Keys in the order Go prints and ranges: by their bytes. */
export function sortedKeys(map: GoMap): string[] {
  return [...map.entries.keys()].sort();
}
