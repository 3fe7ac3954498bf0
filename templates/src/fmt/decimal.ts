// The decimal digits of a float64: the shortest that read back the same, or exactly rounded to a number of places.

/** value = 0.d1d2d3... × 10^point; zero has no digits and point 0. Always of the absolute value. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

export function shortestDecimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "").replace(/0+$/, "");
  return digits === "" ? { digits: "", point: 0 } : { digits, point: Number(exponent) + 1 };
}

/** Every digit of the value: a float64 is a whole number over a power of two, so they end. */
function exactDecimal(value: number): Decimal {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  if (mantissa === 0n) return { digits: "", point: 0 };
  const exponent = Math.max(biased, 1) - 1075;
  const places = Math.max(-exponent, 0);
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(places);
  const all = scaled.toString();
  return { digits: all.replace(/0+$/, ""), point: all.length - places };
}

/** Rounded, ties to even, to `count` digits; nothing is left when `count` is below zero or the value too small. */
export function roundedDecimal(value: number, keep: (point: number) => number): Decimal {
  const exact = exactDecimal(value);
  const count = keep(exact.point);
  if (exact.digits.length <= count) return exact;
  if (count < 0) return { digits: "", point: 0 };
  const up = roundsUp(exact.digits, count);
  const kept = exact.digits.slice(0, count);
  if (!up) return trimmed(kept, exact.point);
  const next = (BigInt(kept === "" ? "0" : kept) + 1n).toString().padStart(count, "0");
  return trimmed(next, exact.point + (next.length - count));
}

function roundsUp(digits: string, count: number): boolean {
  const rest = digits.slice(count);
  if (rest[0] !== "5" || rest.length > 1) return (rest[0] ?? "0") >= "5";
  return count > 0 && Number(digits[count - 1]) % 2 === 1;
}

function trimmed(digits: string, point: number): Decimal {
  const significant = digits.replace(/0+$/, "");
  return significant === "" ? { digits: "", point: 0 } : { digits: significant, point };
}
