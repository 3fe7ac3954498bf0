// Splits what has been typed of a command line, as a shell would: its last word, and a quote in it, may be unfinished.

/** @returns The words without their quotes; the last is the one being typed, and empty after a space. */
export function splitLine(line: string): string[] {
  const words = [""];
  let quote = "";
  let escaped = false;
  for (const char of line) {
    const last = words.length - 1;
    if (escaped) {
      words[last] += char;
      escaped = false;
    } else if (char === "\\" && quote !== "'") escaped = true;
    else if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (quote !== "" || !/\s/.test(char)) words[last] += char;
    else if (words[last] !== "") words.push("");
  }
  return words;
}
