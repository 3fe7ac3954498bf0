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

/** ParseFloat; undefined also for what float64 cannot hold. */
export function parseGoFloat(text: string): number | undefined {
  if (text.length > MAX_DIGITS) return undefined;
  if (/^[+-]?(?:inf|infinity|nan)$/i.test(text)) return parseSpecial(text.toLowerCase());
  if (hasStrayUnderscore(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const hex = GO_HEX_FLOAT.exec(plain);
  if (hex !== null) return parseHexFloat(hex);
  if (!GO_DECIMAL_FLOAT.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** An underscore stands between two digits; a base prefix counts as one. */
function hasStrayUnderscore(text: string): boolean {
  return /^[+-]?0[xX]/.test(text)
    ? /(?<![0-9a-fA-F]|^[+-]?0[xX])_|_(?![0-9a-fA-F])/.test(text)
    : /(?<![0-9])_|_(?![0-9])/.test(text);
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
