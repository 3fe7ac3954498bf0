// MACs one after the other, as the ports of a card have them, and machines that were bought together.

/** So far apart are the ports of a card, and the first ports of such machines. */
const steps = 4;

/** @param mac Lower case with colons. @returns Those before and after it by number. */
export function rowOf(mac: string): string[] {
  const number = Number.parseInt(mac.replaceAll(":", ""), 16);
  return Array.from({ length: 2 * steps + 1 }, (_, at) => number + at - steps)
    .filter((each) => each !== number && each >= 0 && each < 2 ** 48)
    .map((each) =>
      each
        .toString(16)
        .padStart(12, "0")
        .replaceAll(/(..)(?=.)/g, "$1:"),
    );
}

/**
 * Whether others that are known stand beside each of them. In a row every stranger is near somebody; of one that is mistyped and the right
 * one mostly one stands outside.
 */
export function areInRows(macs: readonly string[], isKnown: (mac: string) => boolean): boolean {
  return macs.every((mac) => rowOf(mac).some(isKnown));
}
