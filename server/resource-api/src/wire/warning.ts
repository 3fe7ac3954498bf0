// A word to who asked, beside the answer that it gets: kubectl, client-go and `tink` show it.
import type { FastifyReply } from "fastify";

export function warn({ raw }: FastifyReply, text: string): void {
  raw.appendHeader("warning", warningText(text));
}

/** RFC 7234 §5.5, as Kubernetes writes it. A header has no characters beyond ASCII. */
function warningText(text: string): string {
  const ascii = text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `299 - "${ascii.replace(/["\\]/g, "\\$&")}"`;
}
