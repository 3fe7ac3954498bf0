// Random formats with random operands, and constants, strings and white space made of what is special in them.
import fc from "fast-check";

const soup = (chars: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...chars), { minLength: 1, maxLength }).map((parts) => parts.join(""));
const QUOTED = Array.from("\\\\\\x4e16u0a7bnrtU'\"é`dAq{}");

const verb = fc
  .tuple(
    soup(["#", "+", "-", " ", "0", ""], 3),
    fc.constantFrom("", "5", "12", "*", "[2]*", "1"),
    fc.constantFrom("", "", ".", ".0", ".3", ".10", ".*"),
    fc.constantFrom(..."vdsqxXoObcUeEfFgGtTw%z"),
  )
  .map(([flags, width, precision, letter]) => `%${flags}${width}${precision}${letter}`);
const operand = fc.oneof(
  fc.constantFrom(".s", ".l", ".m", "nil", ".t", ".nested", ".ls", "true", "(index .s 1)", "2i", "(-1.5e-3+2i)"),
  fc.constantFrom('"\\xff\\x00é"', '"\\u200b"', '""', ".empty", ".e", "'é'"),
  fc.integer({ min: -5000, max: 5000 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
  fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => value.toFixed(3)),
);

export const formatTemplate = fc
  .tuple(fc.array(verb, { minLength: 1, maxLength: 3 }), fc.array(operand, { maxLength: 4 }))
  .map(([verbs, operands]) => `{{printf ${JSON.stringify(verbs.join("|"))} ${operands.join(" ")}}}`);
export const printTemplate = fc
  .tuple(fc.array(operand, { maxLength: 3 }), operand)
  .map(
    ([all, one]) =>
      `{{print ${all.join(" ")}}}|{{println ${all.join(" ")}}}|{{js ${one}}}|{{html ${one}}}|{{urlquery ${one}}}`,
  );
export const numberTemplate = soup(Array.from("0123456789abxXoObBeEpP._0101"), 9).map((text) => `{{${text}}}`);
export const quotedTemplate = fc
  .tuple(fc.constantFrom("'", '"'), soup(QUOTED, 10))
  .map(([quote, text]) => `{{${quote}${text}${quote}}}`);
export const spacedTemplate = soup(
  [
    " ",
    "\n",
    "\t",
    "x",
    "{{-",
    "{{",
    "-}}",
    "}}",
    " -}}",
    "{{- ",
    "{{/*",
    "*/}}",
    "*/ -}}",
    "1",
    ".s",
    "-",
    "/*",
    "\u00a0",
    "\u0085",
  ],
  14,
);
