// One operand under one verb: what Go's fmt does with a value of each type, nested ones included.
import { isUnsigned } from "../values/types.ts";
import {
  GoComplex,
  GoInt,
  GoMap,
  GoPointer,
  GoSlice,
  GoStruct,
  type GoValue,
  sortedKeys,
  typeOf,
} from "../values/values.ts";
import { type Flags, noFlags, pad } from "./flags.ts";
import { type FloatVerb, printFloat } from "./format-float.ts";
import { printInt } from "./format-int.ts";
import { printString } from "./format-string.ts";

/** Called with the size of what is printed, and throws when it is too much. */
export type Spend = (sizeBytes: number) => void;

export interface Printing {
  /** One rune, as bytes. */
  readonly verb: string;
  readonly flags: Flags;
  readonly spend: Spend;
}

/** `%v` without flags. */
export function printDefault(value: GoValue, spend: Spend): string {
  return printOperand(value, { verb: "v", flags: noFlags(), spend });
}

export function printOperand(value: GoValue, printing: Printing): string {
  const { verb, flags } = printing;
  if (value === null) return verb === "v" || verb === "T" ? pad("<nil>", flags) : badVerb(value, printing);
  if (verb === "T") return printString(typeOf(value)?.name ?? "", "s", flags) ?? "";
  // %w is for Errorf alone, and %p for addresses, of which we have none.
  if (verb === "w") return badVerb(value, printing);
  if (verb === "p") return hasAddress(value) ? pad("0xc000000000", flags) : badVerb(value, printing);
  return printNested(value, printing, 0);
}

function hasAddress(value: GoValue): boolean {
  return value instanceof GoSlice || value instanceof GoMap || value instanceof GoPointer;
}

/** `%!d(string=x)`: the verb is none for the type. Flags and width still count. */
function badVerb(value: GoValue, printing: Printing): string {
  const { verb } = printing;
  const shown = value === null ? "<nil>" : `${typeOf(value)?.name}=${printOperand(value, { ...printing, verb: "v" })}`;
  return `%!${verb}(${shown})`;
}

function printNested(value: GoValue, printing: Printing, depth: number): string {
  const printed = printAny(value, printing, depth) ?? badVerb(value, printing);
  printing.spend(printed.length);
  return printed;
}

function printAny(value: GoValue, printing: Printing, depth: number): string | undefined {
  const { verb, flags } = printing;
  if (value === null) return flags.sharpV ? "interface {}(nil)" : "<nil>";
  if (typeof value === "boolean") return verb === "t" || verb === "v" ? pad(String(value), flags) : undefined;
  if (typeof value === "string") return printString(value, verb, flags);
  if (typeof value === "number") return printFloatVerb(value, verb, flags);
  if (value instanceof GoInt) return printInt(value.value, isUnsigned(value.type.kind), verb, flags);
  if (value instanceof GoComplex) return printComplex(value, verb, flags);
  if (value instanceof GoMap) return printMap(value, printing, depth);
  if (value instanceof GoStruct) return printStruct(value, printing, depth);
  if (value instanceof GoSlice) return printSlice(value, printing, depth);
  return printPointer(value, printing, depth);
}

function printFloatVerb(value: number, verb: string, flags: Flags): string | undefined {
  if (verb === "v") return printFloat(value, "g", undefined, flags);
  if ("bgGxX".includes(verb)) return printFloat(value, verb as FloatVerb, undefined, flags);
  return "eEfF".includes(verb) ? printFloat(value, verb as FloatVerb, 6, flags) : undefined;
}

function printComplex(value: GoComplex, verb: string, flags: Flags): string | undefined {
  const real = printFloatVerb(value.real, verb, flags);
  const imaginary = printFloatVerb(value.imaginary, verb, { ...flags, plus: true });
  return real === undefined ? undefined : `(${real}${imaginary}i)`;
}

function printMap(map: GoMap, printing: Printing, depth: number): string {
  const { sharpV } = printing.flags;
  if (sharpV && map.isNil) return `${map.type.name}(nil)`;
  const pairs = sortedKeys(map).map((key) => {
    const value = map.entries.get(key) ?? null;
    return `${printNested(key, printing, depth + 1)}:${printNested(value, printing, depth + 1)}`;
  });
  return sharpV ? `${map.type.name}{${pairs.join(", ")}}` : `map[${pairs.join(" ")}]`;
}

function printStruct(struct: GoStruct, printing: Printing, depth: number): string {
  const { sharpV, plusV } = printing.flags;
  const fields = struct.type.fields.map((field, i) => {
    const value = printNested(struct.fields[i] ?? null, printing, depth + 1);
    return sharpV || plusV ? `${field.name}:${value}` : value;
  });
  return sharpV ? `${struct.type.name}{${fields.join(", ")}}` : `{${fields.join(" ")}}`;
}

function printSlice(slice: GoSlice, printing: Printing, depth: number): string | undefined {
  const { verb, flags } = printing;
  if (slice.type.elem.kind === "uint8" && "sqxX".includes(verb)) return printString(byteString(slice), verb, flags);
  if (flags.sharpV && slice.isNil) return `${slice.type.name}(nil)`;
  const items = slice.items.map((item) => printNested(item, printing, depth + 1));
  return flags.sharpV ? `${slice.type.name}{${items.join(", ")}}` : `[${items.join(" ")}]`;
}

function byteString(slice: GoSlice): string {
  return slice.items.map((item) => (item instanceof GoInt ? String.fromCharCode(Number(item.value)) : "")).join("");
}

/** A pointer to something big shows it at the outermost level; inside, Go shows an address, which we do not have. */
function printPointer(pointer: GoPointer, printing: Printing, depth: number): string {
  const { flags } = printing;
  if (pointer.target === null) return flags.sharpV ? `(${pointer.type.name})(nil)` : pad("<nil>", flags);
  const big = ["slice", "struct", "map"].includes(pointer.type.elem.kind);
  return depth === 0 && big ? `&${printNested(pointer.target, printing, depth + 1)}` : pad("0xc000000000", flags);
}
