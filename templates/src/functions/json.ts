// Go's encoding/json: keys in order, numbers and strings spelled as Go spells them.
import { formatFloat } from "../fmt/format-float.ts";
import { TemplateError } from "../template-error.ts";
import { toBytes, toText } from "../values/bytes.ts";
import { fromPlain, toPlain } from "../values/plain.ts";
import type { GoValue } from "../values/values.ts";
import { any, type CallContext, fn, type GoFunction, refuse, string } from "./signature.ts";

interface Style {
  readonly indent: string;
  readonly escapesHtml: boolean;
}

function toJson(value: GoValue, style: Style, { budget }: CallContext): string {
  return toBytes(write(toPlain(value, budget), style, "\n"));
}

function write(value: unknown, style: Style, newLine: string): string {
  if (typeof value === "string") return writeString(value, style);
  if (typeof value === "number") return writeFloat(value);
  if (Array.isArray(value)) {
    return between(
      "[",
      value.map((item) => write(item, style, newLine + style.indent)),
      "]",
      style,
      newLine,
    );
  }
  if (!(value instanceof Map)) return String(value);
  const colon = style.indent === "" ? ":" : ": ";
  const pairs = [...value].map(
    ([key, item]) => writeString(String(key), style) + colon + write(item, style, newLine + style.indent),
  );
  return between("{", pairs, "}", style, newLine);
}

function between(open: string, parts: readonly string[], close: string, style: Style, newLine: string): string {
  if (parts.length === 0 || style.indent === "") return open + parts.join(",") + close;
  const inner = newLine + style.indent;
  return open + inner + parts.join(`,${inner}`) + newLine + close;
}

/** Exponents only for very small and very large numbers, and then without a leading zero. */
function writeFloat(value: number): string {
  if (!Number.isFinite(value)) return refuse(`json: unsupported value: ${formatFloat(value, "g", undefined)}`);
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return formatFloat(value, "f", undefined);
  return formatFloat(value, "e", undefined).replace(/e-0/, "e-");
}

const SHORT: Readonly<Record<string, string>> = { "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function writeString(text: string, style: Style): string {
  const special = style.escapesHtml ? /["\\<>&\u2028\u2029]|[^ -\uffff]/g : /["\\\u2028\u2029]|[^ -\uffff]/g;
  const escaped = text.replace(special, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    return SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

function fromJson(bytes: string, { budget }: CallContext): GoValue {
  budget.spend(Math.ceil(bytes.length / 4));
  let data: unknown;
  try {
    data = JSON.parse(toText(bytes));
  } catch (error) {
    // The engine quotes what stands around the fault, which may be a part of a secret: `Unexpected token 'c', "canar"... is`.
    const message = error instanceof Error ? error.message.replace(/, (\.\.\.)?".*$/s, "") : "";
    return refuse(`invalid JSON: ${toBytes(message)}`);
  }
  return fromPlain(data);
}

/** sprig's plain form drops every error but that of a limit. */
function fromJsonOrNil(bytes: string, context: CallContext): GoValue {
  try {
    return fromJson(bytes, context);
  } catch (error) {
    if (error instanceof TemplateError && error.code === "execution") return null;
    throw error;
  }
}

const encoder = (style: Style) => fn([any], string, (value, context) => toJson(value, style, context));
const plain = encoder({ indent: "", escapesHtml: true });
const pretty = encoder({ indent: "  ", escapesHtml: true });
const raw = encoder({ indent: "", escapesHtml: false });

export const jsonFunctions: Readonly<Record<string, GoFunction>> = {
  toJson: plain,
  mustToJson: plain,
  toPrettyJson: pretty,
  mustToPrettyJson: pretty,
  toRawJson: raw,
  mustToRawJson: raw,
  fromJson: fn([string], any, fromJsonOrNil),
  mustFromJson: fn([string], any, fromJson),
};
