// The Go types a template can meet. Two types are the same when their names are.

export type IntKind = "int" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64";

interface StructField {
  readonly name: string;
  readonly type: GoType;
  /** The name in JSON and YAML, and whether an empty value is left out there. */
  readonly json: string;
  readonly omitEmpty: boolean;
}

export type GoType =
  | { readonly kind: "bool" | "string" | "float64" | "complex128" | IntKind; readonly name: string }
  | { readonly kind: "interface"; readonly name: "interface {}" }
  /** A parameter that takes anything as it stands, even no value: Go's reflect.Value. */
  | { readonly kind: "reflect"; readonly name: "reflect.Value" }
  | { readonly kind: "slice"; readonly name: string; readonly elem: GoType }
  /** Keys are strings: no other map reaches a template. */
  | { readonly kind: "map"; readonly name: string; readonly elem: GoType }
  | { readonly kind: "ptr"; readonly name: string; readonly elem: GoType }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly StructField[] };

export type SliceType = Extract<GoType, { kind: "slice" }>;
export type MapType = Extract<GoType, { kind: "map" }>;
export type PointerType = Extract<GoType, { kind: "ptr" }>;
export type StructType = Extract<GoType, { kind: "struct" }>;
export type IntType = { readonly kind: IntKind; readonly name: string };

const intType = (kind: IntKind): IntType => ({ kind, name: kind });
export const intTypes = {
  int: intType("int"),
  int8: intType("int8"),
  int16: intType("int16"),
  int32: intType("int32"),
  int64: intType("int64"),
  uint8: intType("uint8"),
  uint16: intType("uint16"),
  uint32: intType("uint32"),
  uint64: intType("uint64"),
} as const;

export const boolType: GoType = { kind: "bool", name: "bool" };
export const stringType: GoType = { kind: "string", name: "string" };
export const floatType: GoType = { kind: "float64", name: "float64" };
export const complexType: GoType = { kind: "complex128", name: "complex128" };
export const anyType: GoType = { kind: "interface", name: "interface {}" };
export const reflectType: GoType = { kind: "reflect", name: "reflect.Value" };

export function sliceOf(elem: GoType): SliceType {
  return { kind: "slice", name: `[]${elem.name}`, elem };
}
export function mapOf(elem: GoType): MapType {
  return { kind: "map", name: `map[string]${elem.name}`, elem };
}
export function pointerTo(elem: GoType): PointerType {
  return { kind: "ptr", name: `*${elem.name}`, elem };
}

export function isUnsigned(kind: IntKind): boolean {
  return kind.startsWith("uint");
}

/** Whether `nil` may stand for a value of this type. */
export function canBeNil(type: GoType): boolean {
  return ["interface", "map", "ptr", "slice", "reflect"].includes(type.kind);
}
