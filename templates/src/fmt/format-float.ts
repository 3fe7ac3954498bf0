// Floats as Go's strconv and the verbs %e %f %g %b %x write them.
import { type Decimal, roundedDecimal, shortestDecimal } from "./decimal.ts";
import { type Flags, pad } from "./flags.ts";
import { hexFloat } from "./hex-float.ts";

export type FloatVerb = "e" | "E" | "f" | "F" | "g" | "G" | "b" | "x" | "X";

/** strconv.FormatFloat. @param precision undefined: as many digits as identify the value. */
export function formatFloat(value: number, verb: FloatVerb, precision: number | undefined): string {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (!Number.isFinite(value)) return sign === "" ? "+Inf" : "-Inf";
  switch (verb) {
    case "f":
    case "F":
      return (
        sign +
        fixed(
          decimalFor(value, precision, (point) => point + (precision ?? 0)),
          precision,
        )
      );
    case "e":
    case "E":
      return (
        sign +
        exponential(
          decimalFor(value, precision, () => (precision ?? 0) + 1),
          precision,
          verb,
        )
      );
    case "g":
    case "G":
      return sign + general(value, precision, verb);
    default:
      return sign + hexFloat(value, verb, precision);
  }
}

function decimalFor(value: number, precision: number | undefined, keep: (point: number) => number): Decimal {
  return precision === undefined ? shortestDecimal(value) : roundedDecimal(value, keep);
}

function fixed({ digits, point }: Decimal, precision: number | undefined): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  const fraction = point > 0 ? digits.slice(point) : "0".repeat(digits === "" ? 0 : -point) + digits;
  const shown = precision === undefined ? fraction : fraction.slice(0, precision).padEnd(precision, "0");
  return shown === "" ? whole : `${whole}.${shown}`;
}

function exponential({ digits, point }: Decimal, precision: number | undefined, letter: string): string {
  const first = digits[0] ?? "0";
  const rest = digits.slice(1).padEnd(precision ?? 0, "0");
  const exponent = digits === "" ? 0 : point - 1;
  const size = Math.abs(exponent).toString().padStart(2, "0");
  return `${first}${rest === "" ? "" : `.${rest}`}${letter}${exponent < 0 ? "-" : "+"}${size}`;
}

/** %e for exponents below -4 or from the precision on (6 for the shortest form), %f between. */
function general(value: number, precision: number | undefined, verb: "g" | "G"): string {
  const wanted = precision === 0 ? 1 : precision;
  const decimal = decimalFor(value, wanted, () => wanted ?? 0);
  const { digits, point } = decimal;
  let limit = wanted ?? 6;
  if (wanted !== undefined && limit > digits.length && digits.length >= point) limit = digits.length;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= limit) {
    return exponential(decimal, undefined, verb === "g" ? "e" : "E");
  }
  return fixed(decimal, undefined);
}

/** A float under the flags of a verb. @param precision What the verb uses when none is given. */
export function printFloat(value: number, verb: FloatVerb, precision: number | undefined, flags: Flags): string {
  const wanted = flags.precision ?? precision;
  const plain = formatFloat(value, verb, wanted);
  const signed = /^[+-]/.test(plain) ? plain : `+${plain}`;
  const sign = flags.space && !flags.plus && signed[0] === "+" ? " " : (signed[0] ?? "+");
  const body = signed.slice(1);
  const showSign = flags.plus || sign !== "+";
  if (!Number.isFinite(value)) {
    const bare = Number.isNaN(value) && !flags.space && !flags.plus;
    return pad(showSign && !bare ? sign + body : body, flags, false);
  }
  const digits = flags.sharp && verb !== "b" ? withPoint(body, verb, wanted) : body;
  if (!showSign) return pad(digits, flags);
  // The sign stands before the zeros that fill the width.
  if (!flags.zero || flags.minus || flags.width === undefined) return pad(sign + digits, flags);
  return sign + digits.padStart(flags.width - 1, "0");
}

/** `#`: a decimal point always, and for %g the zeros that the precision promises. */
function withPoint(body: string, verb: FloatVerb, precision: number | undefined): string {
  const [, mantissa = body, tail = ""] =
    (verb === "x" || verb === "X" ? /^([^pP]*)([pP].*)$/ : /^([^eE]*)([eE].*)?$/).exec(body) ?? [];
  const pointed = mantissa.includes(".") ? mantissa : `${mantissa}.`;
  if (!"gGx".includes(verb)) return pointed + tail;
  const significant = pointed.replace(".", "").replace(/^0+/, "").length || 1;
  return pointed + "0".repeat(Math.max((precision ?? 6) - significant, 0)) + tail;
}
