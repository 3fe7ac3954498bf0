// Float arithmetic on decimal digits, so that 0.1 + 0.2 is 0.3.
import { shortestDecimal } from "../fmt/decimal.ts";
import { refuse } from "./signature.ts";

/** value = units × 10^exponent */
interface Exact {
  readonly units: bigint;
  readonly exponent: number;
}
/** Decimal places that a quotient keeps. */
const QUOTIENT_PLACES = 16;

function exactOf(value: number): Exact {
  if (!Number.isFinite(value)) return refuse(`Cannot create a Decimal from ${value}`);
  const { digits, point } = shortestDecimal(value);
  const units = BigInt(digits === "" ? "0" : digits);
  return { units: value < 0 ? -units : units, exponent: point - digits.length };
}

function floatOf({ units, exponent }: Exact): number {
  return Number(`${units}e${exponent}`);
}

function scaled({ units, exponent }: Exact, to: number): bigint {
  return units * 10n ** BigInt(exponent - to);
}

export function add(left: number, right: number): number {
  const [a, b] = [exactOf(left), exactOf(right)];
  const exponent = Math.min(a.exponent, b.exponent);
  return floatOf({ units: scaled(a, exponent) + scaled(b, exponent), exponent });
}

export function multiply(left: number, right: number): number {
  const [a, b] = [exactOf(left), exactOf(right)];
  return floatOf({ units: a.units * b.units, exponent: a.exponent + b.exponent });
}

export function divide(left: number, right: number): number {
  const [a, b] = [exactOf(left), exactOf(right)];
  if (b.units === 0n) return refuse("decimal division by 0");
  const shift = QUOTIENT_PLACES + a.exponent - b.exponent;
  const numerator = shift >= 0 ? a.units * 10n ** BigInt(shift) : a.units;
  const denominator = shift >= 0 ? b.units : b.units * 10n ** BigInt(-shift);
  const quotient = numerator / denominator;
  const rest = numerator - quotient * denominator;
  const up = abs(rest) * 2n >= abs(denominator);
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  return floatOf({ units: up ? quotient + away : quotient, exponent: -QUOTIENT_PLACES });
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
