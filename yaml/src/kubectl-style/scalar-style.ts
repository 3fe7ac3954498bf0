// How a text stands in YAML as kubectl prints it: plain where it can, else in quotes or as a block. libyaml's `analyze_scalar`.
import { isOtherThanText } from "./resolved-words.ts";

export type ScalarStyle = "plain" | "single" | "double" | "literal";

/** What libyaml escapes, and, beyond kubectl, what a reader would take for the end of a line: kubectl's own readers lose those. */
const special = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const indicator = /^(?:[#,[\]{}&*!|>'"%@`]|---|\.\.\.|[?:-](?:[ \t\n]|$))|:(?:[ \t\n]|$)|[ \t\n]#/;

/** @param isKey Of a mapping, which stands on one line. */
export function styleOf(text: string, isKey: boolean): ScalarStyle {
  if (special.test(text) || / \n/.test(text)) return "double";
  if (text.includes("\n")) return isKey || text.endsWith(" ") ? "double" : "literal";
  // Without quotes it would merge, whoever reads it.
  if (isOtherThanText(text) || (isKey && text === "<<")) return "double";
  return indicator.test(text) || text.startsWith(" ") || text.endsWith(" ") ? "single" : "plain";
}
