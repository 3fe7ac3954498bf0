// MACs that a person may have meant by another one: one digit off, or two that changed places, within one maker's prefix.

const digits = "0123456789abcdef";
/** Of the maker's part, which people copy from a list of makers or not at all. */
const prefixDigits = 6;

/** @param mac Lower case with colons. @returns All of them, a hundred: who looks for a near one looks each up. */
export function nearMacs(mac: string): string[] {
  const text = mac.replaceAll(":", "");
  const found = new Set<string>();
  for (let at = prefixDigits; at < text.length; at += 1) {
    for (const digit of digits) found.add(text.slice(0, at) + digit + text.slice(at + 1));
    found.add(swapped(text, at, 1));
    if (at % 2 === 0) found.add(swapped(text, at, 2));
  }
  found.delete(text);
  return [...found].map((each) => each.replaceAll(/(..)(?=.)/g, "$1:"));
}

/** With the two parts of this many digits after `at` in each other's place. */
function swapped(text: string, at: number, length: number): string {
  const [one, other] = [text.slice(at, at + length), text.slice(at + length, at + 2 * length)];
  return other.length < length ? text : text.slice(0, at) + other + one + text.slice(at + 2 * length);
}
