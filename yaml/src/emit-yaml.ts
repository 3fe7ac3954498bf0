// Values of JSON as YAML in block style, at a cost that grows with the text's length alone: for answers that may be of every object there is.
// Every character survives: what a reader of YAML may refuse or change stands as an escape.

/** Texts that are one in YAML without quotes, whatever version reads them, and however short a reader's patience with them is. */
const plain = /^[A-Za-z_][\w./-]*$/;
const otherThanText = /^(?:y|n|yes|no|true|false|on|off|null)$/i;
/** YAML 1.1 §4.1.1 (c-printable) has none of these, or takes them for a line's end or a mark. */
const unprintable = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu;
/** Lines of what can be printed, the first of which is neither empty nor indented. */
const lines = /^(?![ \n])(?:[^\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]|\n)*$/u;
/** Of a longer key a reader needs to be told before. */
const mostSimpleKey = 1000;

/** Ends with a newline. @param indent What stands before each line but the first. */
export function emitYaml(value: unknown, indent = ""): string {
  return `${node(value, indent).trimStart()}\n`;
}

/** With the space, or the line's end, that parts it from what stands before it. */
function node(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []";
    let text = "";
    for (const item of value) text += `\n${indent}-${inItem(item, `${indent}  `)}`;
    return text;
  }
  if (typeof value === "object" && value !== null) {
    let text = "";
    for (const [key, member] of Object.entries(value))
      if (member !== undefined) text += `\n${indent}${entry(key, member, indent)}`;
    return text || " {}";
  }
  return ` ${typeof value === "string" ? textOf(value, indent) : JSON.stringify(value ?? null)}`;
}

/** A mapping begins on the line of its dash. */
function inItem(item: unknown, indent: string): string {
  const text = node(item, indent);
  return text.startsWith("\n") ? ` ${text.trimStart()}` : text;
}

function entry(key: string, value: unknown, indent: string): string {
  const name = quoted(key);
  const isDeep = typeof value === "object" && value !== null;
  // A list stands where its key does.
  const text = node(value, Array.isArray(value) ? indent : `${indent}  `);
  if (name.length <= mostSimpleKey) return `${name}:${text}`;
  return `? ${name}\n${indent}:${isDeep && !Array.isArray(value) ? text : inItem(value, `${indent}  `)}`;
}

function textOf(text: string, indent: string): string {
  if (!text.includes("\n") || !lines.test(text) || / (\n|$)/.test(text)) return quoted(text);
  const chomp = text.endsWith("\n\n") ? "+" : text.endsWith("\n") ? "" : "-";
  const body = text.replace(/\n$/, "").replaceAll(/^(?=.)/gm, indent || "  ");
  return `|${chomp}\n${body}`;
}

/** What JSON has between quotes YAML has too, but for what it does not print. */
function quoted(text: string): string {
  if (plain.test(text) && !otherThanText.test(text)) return text;
  return JSON.stringify(text).replace(
    unprintable,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
