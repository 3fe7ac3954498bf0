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

/** So many characters are worth a piece, and are made in a few milliseconds. */
const pieceLength = 64 * 1024;

/** Ends with a newline. @param indent What stands before each line but the first. */
export function emitYaml(value: unknown, indent = ""): string {
  let text = "";
  for (const piece of emitYamlPieces(value, indent)) text += piece;
  return text;
}

/** The same in pieces, for who lets others have a turn between them: one object may have a hundred thousand members. */
export function* emitYamlPieces(value: unknown, indent = ""): Generator<string, void> {
  const top = blockOf(value, indent, "");
  let text = top === undefined ? onOneLine(value, indent).slice(1) : "";
  // Without recursion: a generator for each block would cost more than the block.
  const open = top === undefined ? [] : [top];
  for (let block = open.at(-1); block !== undefined; block = open.at(-1)) {
    const at = block.at++;
    if (at === block.length) {
      open.pop();
      continue;
    }
    const key = block.keys[at];
    const member = block.memberAt(at);
    if (key !== undefined && member === undefined) continue;
    const name = key === undefined ? undefined : quoted(key);
    const isLong = name !== undefined && name.length > mostSimpleKey;
    text += block.lead + opening(name, isLong, block.indent);
    block.lead = `\n${block.indent}`;
    const isList = Array.isArray(member);
    // A list stands where its key does.
    const inside = isList && name !== undefined && !isLong ? block.indent : `${block.indent}  `;
    const isBeside = name === undefined || (isLong && isList);
    const inner = blockOf(member, inside, isBeside ? " " : `\n${inside}`);
    if (inner === undefined) text += onOneLine(member, inside);
    else open.push(inner);
    if (text.length < pieceLength) continue;
    yield text;
    text = "";
  }
  yield `${text}\n`;
}

/** A mapping or a list that is being written, a member a step. */
type Block = {
  /** Of a list none. */
  readonly keys: readonly string[];
  readonly length: number;
  readonly memberAt: (at: number) => unknown;
  readonly indent: string;
  at: number;
  /** What stands before the next line: its end and indent, or the space after a dash, on whose line a block may begin. */
  lead: string;
};

/** `undefined` for what stands on one line. */
function blockOf(value: unknown, indent: string, lead: string): Block | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const memberAt = (at: number): unknown => value[at];
    return value.length === 0 ? undefined : { keys: [], length: value.length, memberAt, indent, at: 0, lead };
  }
  const keys = Object.keys(value);
  const memberAt = (at: number): unknown => Reflect.get(value, keys[at] ?? "");
  const isEmpty = keys.every((_, at) => memberAt(at) === undefined);
  return isEmpty ? undefined : { keys, length: keys.length, memberAt, indent, at: 0, lead };
}

function opening(name: string | undefined, isLong: boolean, indent: string): string {
  if (name === undefined) return "-";
  return isLong ? `? ${name}\n${indent}:` : `${name}:`;
}

/** What begins on the line of its key or dash, with the space between. */
function onOneLine(value: unknown, indent: string): string {
  if (typeof value === "string") return ` ${textOf(value, indent)}`;
  return Array.isArray(value)
    ? " []"
    : typeof value === "object" && value !== null
      ? " {}"
      : ` ${JSON.stringify(value ?? null)}`;
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
