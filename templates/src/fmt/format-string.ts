// Strings under the verbs %s %q %x %X.
import { decodeRunes } from "../values/bytes.ts";
import { type Flags, pad } from "./flags.ts";
import { canBackquote, quote } from "./quote.ts";

/** @returns undefined when the verb is none for strings. */
export function printString(bytes: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      return flags.sharpV ? quoted(bytes, flags) : pad(truncate(bytes, flags), flags);
    case "s":
      return pad(truncate(bytes, flags), flags);
    case "q":
      return quoted(bytes, flags);
    case "x":
      return hex(bytes, flags, false);
    case "X":
      return hex(bytes, flags, true);
    default:
      return undefined;
  }
}

/** The precision counts runes. */
function truncate(bytes: string, flags: Flags): string {
  if (flags.precision === undefined) return bytes;
  let end = 0;
  for (const { sizeBytes } of decodeRunes(bytes).slice(0, flags.precision)) end += sizeBytes;
  return bytes.slice(0, end);
}

function quoted(bytes: string, flags: Flags): string {
  const shown = truncate(bytes, flags);
  return pad(flags.sharp && canBackquote(shown) ? `\`${shown}\`` : quote(shown, flags.plus), flags);
}

/** Two digits a byte; the precision counts bytes, `#` puts 0x before, a space puts one between. */
function hex(bytes: string, flags: Flags, upper: boolean): string {
  const shown = flags.precision === undefined ? bytes : bytes.slice(0, flags.precision);
  const prefix = flags.sharp ? "0x" : "";
  const pairs = Array.from(shown, (char) => char.charCodeAt(0).toString(16).padStart(2, "0"));
  if (pairs.length === 0) return pad("", flags);
  const text = flags.space ? pairs.map((pair) => prefix + pair).join(" ") : prefix + pairs.join("");
  return pad(upper ? text.toUpperCase() : text, flags);
}
