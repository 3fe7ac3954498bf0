// Go's strconv: integers in any base with underscores, and floats, decimal or hexadecimal.

const GO_INT = /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|[1-9](?:_?[0-9])*|0)$/;
const DECIMAL_INT = /^[+-]?[0-9]+$/;
const GO_DECIMAL_FLOAT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const GO_HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;
const MAX_DIGITS = 1000;

/** ParseInt with base 0: the prefix names the base; underscores may stand between digits. No range check. */
export function parseGoInt(text: string): bigint | undefined {
  if (text.length > MAX_DIGITS || !GO_INT.test(text)) return undefined;
  const negative = text.startsWith("-");
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase();
  const value = BigInt(octal);
  return negative ? -value : value;
}

/** ParseInt with base 10. No range check. */
export function parseDecimalInt(text: string): bigint | undefined {
  return text.length <= MAX_DIGITS && DECIMAL_INT.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
}

/** ParseFloat; undefined also for what float64 cannot hold. Underscores are allowed only after a base prefix. */
export function parseGoFloat(text: string): number | undefined {
  if (text.length > MAX_DIGITS) return undefined;
  if (/^[+-]?(?:inf|infinity|nan)$/i.test(text)) return parseSpecial(text.toLowerCase());
  const hex = GO_HEX_FLOAT.exec(text.includes("_") ? withoutUnderscores(text) : text);
  if (hex !== null) return parseHexFloat(hex);
  if (!GO_DECIMAL_FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function withoutUnderscores(text: string): string {
  return /^[+-]?0[xX]/.test(text) && !/__|_$|_[.pP]|[.pP+-]_/.test(text) ? text.replaceAll("_", "") : text;
}

function parseSpecial(text: string): number {
  if (text.endsWith("nan")) return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function parseHexFloat(match: RegExpExecArray): number | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "" || exponent.length > 6) return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return sign === "-" ? -value : value;
}
