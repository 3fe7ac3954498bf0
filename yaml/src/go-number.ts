// Which plain words are numbers, by the rules of the YAML that Go's sigs.k8s.io/yaml, and so kubectl, reads.

/** Neither dates nor numbers to base 60, as a MAC would be (52:54:00:00:00:01). */
const decimal = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const withBase = /^([-+]?)0(?:[xX]([\da-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))$/;
const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/;
const notANumber = /^\.(?:nan|NaN|NAN)$/;
const loneUnderscore = /(?<!\d)_|_(?!\d)/;
/** Larger ones are read no more, and stay the text. */
const mostOf = { "": 2n ** 64n - 1n, "+": 2n ** 63n - 1n, "-": 2n ** 63n };

/** `undefined` for a word that is a text. */
export function numberOf(text: string): number | undefined {
  const sign = infinite.exec(text)?.[1];
  if (sign !== undefined) return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (notANumber.test(text)) return Number.NaN;
  // Underscores are passed over wherever they stand, but for a word that begins with its point.
  if (text.startsWith(".") && loneUnderscore.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  return wholeOf(plain) ?? decimalOf(plain);
}

function wholeOf(plain: string): number | undefined {
  const [, sign = "", hex, binary, octal] = withBase.exec(plain) ?? [];
  const digits = hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : octal && `0o${octal}`;
  if (digits === undefined) return undefined;
  const value = BigInt(digits);
  if (value > mostOf[sign as keyof typeof mostOf]) return undefined; // the expression takes these three
  return sign === "-" ? -Number(value) : Number(value);
}

function decimalOf(plain: string): number | undefined {
  if (!decimal.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}
