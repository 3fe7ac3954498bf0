// Whether a value fits where a function wants it, and constants as values.
import type { NumberNode } from "../parse/nodes.ts";
import type { MaybeRef, Ref } from "../values/reference.ts";
import { isNilRef, refOf } from "../values/reference.ts";
import { canBeNil, type GoType } from "../values/types.ts";
import { GoComplex, GoInt, GoPointer, type GoValue, goInt, zeroOf } from "../values/values.ts";
import type { ExecState } from "./exec-state.ts";

/** @param type undefined takes anything. */
export function checkedArg(state: ExecState, value: MaybeRef, type: GoType | undefined): MaybeRef {
  if (type === undefined || type.kind === "reflect") return value;
  if (value === undefined) {
    if (canBeNil(type)) return { type, value: zeroOf(type) };
    return state.fail(`invalid value; expected ${type.name}`);
  }
  return fitting(value, type) ?? state.fail(...wrongType(value, type));
}

function wrongType(value: Ref, type: GoType): [string] {
  const nilPointer = value.value instanceof GoPointer && value.value.target === null;
  if (nilPointer && value.value instanceof GoPointer && value.value.type.elem.name === type.name) {
    return [`dereference of nil pointer of type ${type.name}`];
  }
  const held = value.type.kind === "interface" && !isNilRef(value) ? refOf(value.value) : value;
  return [`wrong type for value; expected ${type.name}; got ${(held ?? value).type.name}`];
}

function fitting(value: Ref, type: GoType): Ref | undefined {
  if (isAssignable(value.type, type)) return value;
  const held = value.type.kind === "interface" ? refOf(value.value) : value;
  if (held === undefined) return undefined;
  if (isAssignable(held.type, type)) return held;
  // A pointer serves where what it points to is wanted.
  const pointer = held.value;
  if (!(pointer instanceof GoPointer) || pointer.target === null) return undefined;
  return isAssignable(pointer.type.elem, type) ? { type: pointer.type.elem, value: pointer.target } : undefined;
}

function isAssignable(from: GoType, to: GoType): boolean {
  return to.kind === "interface" || from.name === to.name;
}

/** A constant where nothing says which type is wanted: int if it is written as one, else float64. */
export function idealConstant(state: ExecState, node: NumberNode): GoValue {
  state.at(node);
  const { int, uint, float, complex } = node.number;
  if (complex !== undefined) return new GoComplex(complex.real, complex.imaginary);
  const isHexInt = /^0[xX]/.test(node.source) && !/[pP]/.test(node.source);
  const isRune = node.source.startsWith("'");
  if (float !== undefined && !isHexInt && !isRune && /[.eEpP]/.test(node.source)) return float;
  if (int !== undefined) return goInt(int);
  if (uint !== undefined) return state.fail(`${node.source} overflows int`);
  return null;
}

/** A constant where a number type is wanted. @returns undefined if it is no such number. */
export function typedConstant(node: NumberNode, type: GoType): GoValue | undefined {
  const { int, uint, float, complex } = node.number;
  switch (type.kind) {
    case "float64":
      return float;
    case "complex128":
      return complex && new GoComplex(complex.real, complex.imaginary);
    case "int":
    case "int8":
    case "int16":
    case "int32":
    case "int64":
      return int === undefined ? undefined : new GoInt({ kind: type.kind, name: type.name }, int);
    case "uint8":
    case "uint16":
    case "uint32":
    case "uint64":
      return uint === undefined ? undefined : new GoInt({ kind: type.kind, name: type.name }, uint);
    default:
      return undefined;
  }
}
