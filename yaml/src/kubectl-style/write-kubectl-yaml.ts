// Values of JSON as `kubectl get -o yaml` prints them, byte for byte: what people compare, and tools look for.
import { compareKeys } from "./key-order.ts";
import { styleOf } from "./scalar-style.ts";
import { scalarText } from "./scalar-text.ts";

/** libyaml: of a longer key a reader needs to be told before. */
const mostSimpleKeyBytes = 128;

/** Keys in order, lists not indented, long texts folded. Ends with a newline. What is undefined is left out. */
export function writeKubectlYaml(value: unknown): string {
  return `${node(value, { indent: 0, column: 0, isTop: true })}\n`;
}

type Position = {
  /** Of a mapping or a list that begins here. */
  readonly indent: number;
  readonly column: number;
  readonly isTop?: boolean;
};

/** Without the end of its last line; what stands below begins with one. */
function node(value: unknown, { indent, column, isTop = false }: Position): string {
  if (typeof value === "string") {
    const inside = isTop ? 2 : indent;
    return scalarText(value, styleOf(value, false), { column, indent: inside }, true);
  }
  if (typeof value === "number") return goNumber(value);
  if (typeof value !== "object" || value === null) return String(value ?? null);
  const pad = `\n${" ".repeat(indent)}`;
  if (Array.isArray(value))
    return value.length === 0
      ? "[]"
      : value.map((item) => `- ${node(item, { indent: indent + 2, column: indent + 2 })}`).join(pad);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return "{}";
  return entries
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([key, member]) => entry(key, member, indent))
    .join(pad);
}

function entry(key: string, value: unknown, indent: number): string {
  const isSimple = !key.includes("\n") && new TextEncoder().encode(key).length <= mostSimpleKeyBytes;
  const place = { column: indent + 2, indent: indent + 2 };
  if (!isSimple) {
    const name = scalarText(key, styleOf(key, false), place, true);
    return `? ${name}\n${" ".repeat(indent)}: ${node(value, place)}`;
  }
  const name = scalarText(key, styleOf(key, true), place, false);
  if (isBlock(value)) {
    // A list stands where its key does.
    const inside = Array.isArray(value) ? indent : indent + 2;
    return `${name}:\n${" ".repeat(inside)}${node(value, { indent: inside, column: inside })}`;
  }
  return `${name}: ${node(value, { indent: indent + 2, column: indent + [...name].length + 2 })}`;
}

function isBlock(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? value.length > 0 : Object.values(value).some((member) => member !== undefined);
}

/** Whole numbers as they are; others as Go's `%g` of the fewest digits. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 21)
    return power < 6 || Number.isInteger(value) ? String(value) : scientific(digits, power);
  return scientific(digits, power);
}

function scientific(digits: string, power: number): string {
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
