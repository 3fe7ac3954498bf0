// %x and %b of floats: the bits of a float64, as a hexadecimal mantissa and a power of two.

const MANTISSA_BITS = 52n;

/** Without the sign. */
export function hexFloat(value: number, verb: "b" | "x" | "X", precision: number | undefined): string {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> MANTISSA_BITS);
  let mantissa = raw & ((1n << MANTISSA_BITS) - 1n);
  if (biased !== 0) mantissa |= 1n << MANTISSA_BITS;
  let exponent = Math.max(biased, 1) - 1023;
  if (verb === "b") return `${mantissa}p${signed(exponent - 52, 1)}`;
  if (mantissa === 0n) exponent = 0;
  while (mantissa !== 0n && mantissa >> MANTISSA_BITS === 0n) {
    mantissa <<= 1n;
    exponent--;
  }
  // Sixty bits of fraction: fifteen hexadecimal digits.
  let scaled = mantissa << 8n;
  if (precision !== undefined && precision < 15) scaled = rounded(scaled, BigInt(60 - precision * 4));
  if (scaled >> 61n !== 0n) {
    scaled >>= 1n;
    exponent++;
  }
  const fraction = (scaled & ((1n << 60n) - 1n)).toString(16).padStart(15, "0");
  const shown =
    precision === undefined ? fraction.replace(/0+$/, "") : fraction.slice(0, precision).padEnd(precision, "0");
  const text = `0x${scaled >> 60n}${shown === "" ? "" : `.${shown}`}p${signed(exponent, 2)}`;
  return verb === "X" ? text.toUpperCase() : text;
}

/** To even, dropping the lowest bits. */
function rounded(value: bigint, drop: bigint): bigint {
  const extra = value & ((1n << drop) - 1n);
  const kept = value >> drop;
  const half = 1n << (drop - 1n);
  const up = extra > half || (extra === half && (kept & 1n) === 1n);
  return (kept + (up ? 1n : 0n)) << drop;
}

function signed(exponent: number, digits: number): string {
  return `${exponent < 0 ? "-" : "+"}${Math.abs(exponent).toString().padStart(digits, "0")}`;
}
