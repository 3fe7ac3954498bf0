// A text in one of YAML's styles, folded where kubectl folds it: at the first blank beyond the eightieth column. libyaml's writers.
import type { ScalarStyle } from "./scalar-style.ts";

const bestWidth = 80;
const shortEscapes = new Map(
  [...'\0\x07\b\t\n\v\f\r\x1b"\\\x85\u2028\u2029'.split("").entries()].map(([at, character]) => [
    character,
    `\\${'0abtnvfre"\\NLP'[at]}`,
  ]),
);

/** Where the text begins, and where its later lines do. */
export type Place = { readonly column: number; readonly indent: number };

/** @param mayFold Keys stand on one line. */
export function scalarText(text: string, style: ScalarStyle, { column, indent }: Place, mayFold: boolean): string {
  switch (style) {
    case "plain":
      return mayFold ? folded([...text], column, indent, { edge: 0, quote: "" }) : text;
    case "single": {
      const characters = [...text].map((character) => (character === "'" ? "''" : character));
      return mayFold
        ? `'${folded(characters, column + 1, indent, { edge: 1, quote: "" })}'`
        : `'${characters.join("")}'`;
    }
    case "double": {
      const characters = [...text].map(escaped);
      return mayFold
        ? `"${folded(characters, column + 1, indent, { edge: 1, quote: "\\" })}"`
        : `"${characters.join("")}"`;
    }
    case "literal":
      return literal(text, indent);
  }
}

/**
 * @param edge How many characters at either end never fold.
 * @param quote What stands before a blank that begins a line.
 */
function folded(
  characters: readonly string[],
  column: number,
  indent: number,
  { edge, quote }: { readonly edge: number; readonly quote: string },
): string {
  let [out, at, afterBlank] = ["", column, false];
  for (const [index, character] of characters.entries()) {
    const isInside = index >= edge && index < characters.length - edge;
    const next = characters[index + 1];
    if (character === " " && isInside && !afterBlank && at > bestWidth && (quote !== "" || next !== " ")) {
      const mark = next === " " ? quote : "";
      out += `\n${" ".repeat(indent)}${mark}`;
      at = indent + mark.length;
    } else {
      out += character;
      at += character.length;
    }
    afterBlank = character === " ";
  }
  return out;
}

function escaped(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  if (/[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(character) && character.length === 1) return character;
  const code = character.codePointAt(0) ?? 0;
  const [letter, width] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(width as number, "0")}`;
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const lines = text.replace(/\n$/, "").split("\n");
  // Of nothing but an end of line there is an empty line, and no other.
  const body = lines.map((line) => (line === "" ? "" : `${" ".repeat(indent)}${line}`)).join("\n");
  return `|${hint}${chomp}\n${body}`;
}
