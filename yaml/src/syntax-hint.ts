// What somebody probably did who wrote YAML that cannot be read: the package says what it met, in the words of its grammar.

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent by spaces",
  MULTILINE_IMPLICIT_KEY:
    "this line has no `key: value` with a colon and a blank, or it or the one before it is indented otherwise than those around it",
  BLOCK_AS_IMPLICIT_KEY:
    "a value with a colon and a blank in it goes in quotes; or the next line is indented further than its neighbours",
  BAD_INDENT: "this line is indented otherwise than those around it, or a list and a mapping are mixed",
  BAD_SCALAR_START: "put the value in quotes",
  BAD_ALIAS: "a value that begins with * or & goes in quotes",
  BAD_DQ_ESCAPE: "in double quotes a backslash is written twice; single quotes take it as it is",
};

/** Blanks and quotes that word processors and web pages put in place of plain ones: YAML takes them for letters. */
const lookalikes = [
  { found: /[\u00a0\u2000-\u200a\u202f\u3000]/, name: "a blank that is no plain one" },
  { found: /\u200b|\u200c|\u200d|\u2060|\ufeff/, name: "a character that is not seen" },
  { found: /[“”„‟‘’‚«»]/, name: "a typographic quote" },
];

/** @param code The package's. @param near The line of the fault, and that before it. @returns A clause, or nothing. */
export function syntaxHint(code: string, near: readonly string[]): string {
  if (code !== "BLOCK_AS_IMPLICIT_KEY" && near.some((line) => /^\s*---\s*\S|^-{4,}|^\s+---/.test(line)))
    return ": a line of three dashes alone, at its beginning, parts two documents";
  for (const line of near)
    for (const { found, name } of lookalikes) {
      const [character] = found.exec(line) ?? [];
      if (character !== undefined)
        return `: there is ${name} (${codePoint(character)}) in this line or the one before it: type it anew`;
    }
  const hint = hints[code];
  return hint === undefined ? "" : `: ${hint}`;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
