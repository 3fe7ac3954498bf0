// JSON objects one after another, as jq prints them and kubectl reads them: to YAML that is one broken document.

/**
 * The same text with a document's mark before each object but the first, each in its line.
 * @param text What is no such stream is returned as it is.
 */
export function withDocumentMarks(text: string): string {
  if (!/^\ufeff?\s*\{/.test(text)) return text;
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"|[{}[\]]/g)) {
    if (token === "}" || token === "]") depth -= 1;
    if (token === "{" && depth === 0 && /\}\s*$/.test(text.slice(Math.max(from, index - longestGap), index))) {
      const gap = text.slice(from, index);
      parts.push(gap, gap.endsWith("\n") ? "--- " : "\n--- ");
      from = index;
    }
    if (token === "{" || token === "[") depth += 1;
  }
  return parts.join("") + text.slice(from);
}

/** Between two objects, in characters. */
const longestGap = 100;
