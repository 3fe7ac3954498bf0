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

/** Something for each of many MACs, in the order in which they came; near ones are found by a hundred look-ups, or none. */
export class MacMap<Value extends {}> {
  readonly #values = new Map<string, Value>();
  /** How many there are of each maker. */
  readonly #makers = new Map<string, number>();

  get size(): number {
    return this.#values.size;
  }

  get(mac: string): Value | undefined {
    return this.#values.get(mac);
  }

  has(mac: string): boolean {
    return this.#values.has(mac);
  }

  macs(): Iterable<string> {
    return this.#values.keys();
  }

  values(): Iterable<Value> {
    return this.#values.values();
  }

  /** It is the last one now. */
  set(mac: string, value: Value): void {
    this.delete(mac);
    this.#values.set(mac, value);
    const maker = makerOf(mac);
    this.#makers.set(maker, (this.#makers.get(maker) ?? 0) + 1);
  }

  delete(mac: string): boolean {
    if (!this.#values.delete(mac)) return false;
    const maker = makerOf(mac);
    const left = (this.#makers.get(maker) ?? 1) - 1;
    if (left === 0) this.#makers.delete(maker);
    else this.#makers.set(maker, left);
    return true;
  }

  /** Those that are nearly `mac`. */
  near(mac: string): string[] {
    return this.#makers.has(makerOf(mac)) ? nearMacs(mac).filter((each) => this.#values.has(each)) : [];
  }
}

function makerOf(mac: string): string {
  return mac.slice(0, "52:54:00".length);
}

/** With the two parts of this many digits after `at` in each other's place. */
function swapped(text: string, at: number, length: number): string {
  const [one, other] = [text.slice(at, at + length), text.slice(at + length, at + 2 * length)];
  return other.length < length ? text : text.slice(0, at) + other + one + text.slice(at + 2 * length);
}
