// The name by which a client owns fields: its own word, or the beginning of its User-Agent, which may be anything.

/** As kube-apiserver's `FieldManagerMaxLength`. */
export const mostManagerLetters = 128;

/** Letters, marks, digits, punctuation, symbols and the plain space: what Go's `unicode.IsPrint` is true of. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

export function isManagerName(text: string): boolean {
  return [...text.slice(0, 2 * mostManagerLetters + 1)].length <= mostManagerLetters && text.search(unprintable) < 0;
}

/** A User-Agent up to its slash, without what cannot be printed, and no longer than the bytes that are kept of a name. */
export function managerOfAgent(userAgent: string): string {
  const printable = (userAgent.split("/", 1)[0] ?? "").replace(unprintable, "");
  if (Buffer.byteLength(printable) <= mostManagerLetters) return printable;
  const { read } = new TextEncoder().encodeInto(printable, new Uint8Array(mostManagerLetters));
  return printable.slice(0, read);
}
