// Words to who asked, beside the answer that it gets: kubectl, client-go and `tink` show them.
import type { FastifyReply } from "fastify";

const most = 20;
/** What Node reads of an answer's headers is 16 KB in all; an answer with more is none to it. */
const mostBytes = 4096;

/** As many as there is room for, and how many more there are. */
export function warn({ raw }: FastifyReply, texts: readonly string[]): void {
  let bytes = 0;
  for (const [at, text] of texts.entries()) {
    const value = warningText(text);
    bytes += value.length;
    if (at === most || bytes > mostBytes)
      return void raw.appendHeader("warning", warningText(`and at least ${texts.length - at} more`));
    raw.appendHeader("warning", value);
  }
}

/** RFC 7234 §5.5, as Kubernetes writes it. A header has no characters beyond ASCII. */
function warningText(text: string): string {
  const ascii = text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `299 - "${ascii.replace(/["\\]/g, "\\$&")}"`;
}
