// Makes text from outside harmless within one line of an iPXE script.

/**
 * Words for the rest of a command line. iPXE has no quoting: it expands `${…}`, splits at white space, takes `||`,
 * `&&` and `;` as the end of a command, and a word that begins with `#` as the start of a comment. So control
 * characters become spaces, `${` loses its dollar, and words that iPXE would act upon are left out.
 */
export function scriptWords(text: string): string {
  const printable = stripControls(text).replace(/\$+\{/g, "{");
  const words = printable.split(" ").filter((word) => word !== "" && !isOperator(word));
  return words.join(" ");
}

/** One word: as {@link scriptWords}, with nothing where white space was. */
export function scriptWord(text: string): string {
  return scriptWords(stripControls(text).replaceAll(" ", ""));
}

/** A URL as one word: what is not a URL character is percent-encoded, so that neither a space nor a `$` is left. */
export function scriptUrl(url: string): string {
  return url.replace(/[^A-Za-z0-9:/?#[\]@!&'()*+,;=._~%-]/gu, (character) => percentEncoded(character));
}

function isOperator(word: string): boolean {
  return word === "||" || word === "&&" || word === ";" || word.startsWith("#");
}

function percentEncoded(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** All of Unicode's control, format and line-separating characters become spaces. */
function stripControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ");
}
