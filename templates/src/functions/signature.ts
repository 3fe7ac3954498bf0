// How a function that templates can call is declared: Go types outside, TypeScript types inside.
import type { Budget } from "../budget.ts";
import { TemplateError } from "../template-error.ts";
import { asInterface, type MaybeRef, type Ref } from "../values/reference.ts";
import { anyType, boolType, floatType, type GoType, intTypes, reflectType, stringType } from "../values/types.ts";
import {
  anyMap,
  anySlice,
  GoInt,
  GoMap,
  GoSlice,
  type GoValue,
  goInt,
  goInt64,
  intSlice,
  stringSlice,
} from "../values/values.ts";

/** What a call may use. */
export interface CallContext {
  readonly budget: Budget;
  /** The first argument as it is written in the template. */
  readonly firstArgText: string;
}

export interface GoFunction {
  /** The last one is repeated when the function is variadic. */
  readonly params: readonly GoType[];
  readonly isVariadic: boolean;
  /** For `and` and `or`: the truth that ends the search. Such a function is evaluated, not called. */
  readonly shortCircuit?: boolean;
  /** Arguments have been checked against `params`. @throws {TemplateError} Without a place; the caller adds it. */
  readonly call: (args: readonly MaybeRef[], context: CallContext) => MaybeRef;
}
export type FunctionMap = ReadonlyMap<string, GoFunction>;

/** A Go type with the way to and from the TypeScript type that stands for it. */
export interface Slot<T> {
  readonly type: GoType;
  readonly read: (ref: MaybeRef) => T;
  readonly write: (value: T) => MaybeRef;
}

function slot<T>(type: GoType, read: (value: GoValue) => T, write: (value: T) => GoValue): Slot<T> {
  return {
    type,
    read: (ref) => read(ref?.value ?? null),
    write: (value) => ({ type, value: write(value) }),
  };
}

function mismatch(type: GoType): never {
  throw new TemplateError("execution", `expected ${type.name}`);
}

/** A byte string. */
export const string = slot<string>(
  stringType,
  (value) => (typeof value === "string" ? value : mismatch(stringType)),
  (value) => value,
);
export const bool = slot<boolean>(
  boolType,
  (value) => (typeof value === "boolean" ? value : mismatch(boolType)),
  (value) => value,
);
export const float = slot<number>(
  floatType,
  (value) => (typeof value === "number" ? value : mismatch(floatType)),
  (value) => value,
);
/** Go's int, as a JavaScript number: sizes and counts, for which 53 bits are plenty. */
export const int = slot<number>(
  intTypes.int,
  (value) => (value instanceof GoInt ? Number(value.value) : mismatch(intTypes.int)),
  (value) => goInt(value),
);
export const bigInt = slot<bigint>(
  intTypes.int,
  (value) => (value instanceof GoInt ? value.value : mismatch(intTypes.int)),
  (value) => goInt(BigInt.asIntN(64, value)),
);
export const int64 = slot<bigint>(
  intTypes.int64,
  (value) => (value instanceof GoInt ? value.value : mismatch(intTypes.int64)),
  (value) => goInt64(value),
);
export const any = slot<GoValue>(
  anyType,
  (value) => value,
  (value) => value,
);
export const dict = slot<GoMap>(
  anyMap,
  (value) => (value instanceof GoMap ? value : mismatch(anyMap)),
  (value) => value,
);
export const list = slot<readonly GoValue[]>(
  anySlice,
  (value) => (value instanceof GoSlice ? value.items : mismatch(anySlice)),
  (value) => new GoSlice(anySlice, value),
);
export const strings = slot<readonly string[]>(
  stringSlice,
  (value) => (value instanceof GoSlice ? value.items.map((item) => string.read(asInterface(toRef(item)))) : []),
  (value) => new GoSlice(stringSlice, value),
);
export const ints = slot<readonly number[]>(
  intSlice,
  (value) => (value instanceof GoSlice ? value.items.map((item) => int.read(toRef(item))) : []),
  (value) => new GoSlice(intSlice, value.map(goInt)),
);
/** Anything as it was found, also no value at all: for the built-in functions. */
export const ref: Slot<MaybeRef> = { type: reflectType, read: (found) => found, write: (found) => found };

function toRef(value: GoValue): Ref {
  return { type: anyType, value };
}

// biome-ignore lint/suspicious/noExplicitAny: a slot both reads and writes its type, so only `any` admits every slot
type AnySlot = Slot<any>;
type Read<S> = S extends Slot<infer T> ? T : never;
type Args<S extends readonly AnySlot[]> = { -readonly [K in keyof S]: Read<S[K]> };

/** A function with a fixed number of parameters. */
export function fn<const P extends readonly AnySlot[], R>(
  params: P,
  result: Slot<R>,
  body: (...args: [...Args<P>, CallContext]) => R,
): GoFunction {
  return {
    params: params.map((param) => param.type),
    isVariadic: false,
    call: (args, context) => {
      const values = params.map((param, i) => param.read(args[i]));
      // The slots were made from the same tuple as the type of `body`.
      return result.write(body(...([...values, context] as unknown as [...Args<P>, CallContext])));
    },
  };
}

/** A function whose last parameter may come any number of times; the body gets those as one array. */
export function variadic<const P extends readonly AnySlot[], V, R>(
  params: P,
  rest: Slot<V>,
  result: Slot<R>,
  body: (...args: [...Args<P>, V[], CallContext]) => R,
): GoFunction {
  return {
    params: [...params, rest].map((param) => param.type),
    isVariadic: true,
    call: (args, context) => {
      const values = params.map((param, i) => param.read(args[i]));
      const more = args.slice(params.length).map((arg) => rest.read(arg));
      return result.write(body(...([...values, more, context] as unknown as [...Args<P>, V[], CallContext])));
    },
  };
}

/** Fails the call with Go's words; the template's name and place are added by the caller. */
export function refuse(message: string): never {
  throw new TemplateError("execution", message);
}
