// html, js and urlquery.

import { sprint } from "../fmt/print.ts";
import type { Spend } from "../fmt/print-value.ts";
import { isPrintable } from "../fmt/quote.ts";
import { decodeRunes, encodeRune, toBytes } from "../values/bytes.ts";
import type { GoValue } from "../values/values.ts";

/** A lone string as it is, anything else as `print` writes it. */
export function textOf(args: readonly GoValue[], spend: Spend): string {
  const [first] = args;
  if (args.length === 1 && typeof first === "string") return first;
  return sprint(
    args.map((arg) => arg ?? "<no value>"),
    spend,
  );
}

const HTML: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": toBytes("\ufffd"),
};

export function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (char) => HTML[char] ?? char);
}

const JS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

export function escapeJs(text: string): string {
  return decodeRunes(text)
    .map(({ rune }) => {
      const known = rune < 0x80 ? JS[String.fromCharCode(rune)] : undefined;
      if (known !== undefined) return known;
      const shown = rune < 0x80 ? rune >= 0x20 : isPrintable(rune);
      return shown ? encodeRune(rune) : `\\u${rune.toString(16).toUpperCase().padStart(4, "0")}`;
    })
    .join("");
}

export function escapeQuery(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (char) =>
    char === " " ? "+" : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
