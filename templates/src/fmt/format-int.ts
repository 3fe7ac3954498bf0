// Integers under the verbs %d %b %o %O %x %X %c %q %U.
import { encodeRune } from "../values/bytes.ts";
import { type Flags, pad } from "./flags.ts";
import { isPrintable, quoteRune } from "./quote.ts";

const BASES: Readonly<Record<string, 2 | 8 | 10 | 16>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

/** @returns undefined when the verb is none for integers. */
export function printInt(value: bigint, unsigned: boolean, verb: string, flags: Flags): string | undefined {
  if (verb === "v" && flags.sharpV && unsigned) return printBase(value, 16, "v", { ...flags, sharp: true });
  const base = BASES[verb];
  if (base !== undefined) return printBase(value, base, verb, flags);
  switch (verb) {
    case "c":
      return pad(encodeRune(runeOf(value)), flags);
    case "q":
      return pad(quoteRune(runeOf(value), flags.plus), flags);
    case "U":
      return printUnicode(value, flags);
    default:
      return undefined;
  }
}

function runeOf(value: bigint): number {
  return value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd;
}

function printBase(value: bigint, base: 2 | 8 | 10 | 16, verb: string, flags: Flags): string {
  // "%.0d" of zero is nothing but padding.
  if (flags.precision === 0 && value === 0n) return " ".repeat(flags.width ?? 0);
  const sign = value < 0n ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  const digits = (value < 0n ? -value : value).toString(base).padStart(leastDigits(flags, sign), "0");
  const text = sign + prefix(digits, base, verb, flags) + digits;
  return pad(verb === "X" ? text.toUpperCase() : text, flags, false);
}

/** A precision asks for digits; so does `0` with a width, and leaves room for the sign. */
function leastDigits(flags: Flags, sign: string): number {
  if (flags.precision !== undefined) return flags.precision;
  return flags.zero && !flags.minus && flags.width !== undefined ? flags.width - sign.length : 0;
}

function prefix(digits: string, base: number, verb: string, flags: Flags): string {
  const octal = flags.sharp && base === 8 && !digits.startsWith("0") ? "0" : "";
  if (verb === "O") return `0o${octal}`;
  if (!flags.sharp) return "";
  return base === 2 ? "0b" : base === 16 ? "0x" : octal;
}

function printUnicode(value: bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, value);
  const least = Math.max(flags.precision ?? 4, 4);
  const name = `U+${code.toString(16).toUpperCase().padStart(least, "0")}`;
  const shown = flags.sharp && code <= 0x10ffffn && isPrintable(Number(code));
  return pad(shown ? `${name} '${encodeRune(Number(code))}'` : name, flags, false);
}
