// The end of a name that the server completes.

/** Without vowels and look-alikes, so that chance spells nothing. */
const letters = "bcdfghjklmnpqrstvwxz2456789";

export function randomSuffix(): string {
  return [...crypto.getRandomValues(new Uint8Array(5))].map((byte) => letters[byte % letters.length]).join("");
}
