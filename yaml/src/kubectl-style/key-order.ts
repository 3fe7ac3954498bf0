// The order in which kubectl prints the keys of a mapping: go-yaml's, which takes digits for numbers, so that z9 stands before z10.

const isLetter = (character: string): boolean => /\p{L}/u.test(character);
const isDigit = (character: string | undefined): boolean => character !== undefined && /\p{Nd}/u.test(character);

/** For `sort`. */
export function compareKeys(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [one = "", other = ""] = [a[at], b[at]];
    if (one !== other) return compareFrom(a, b, at) || compareCodePoints(one, other);
  }
  return a.length - b.length;
}

/** By Unicode's numbers, as Go compares text: JavaScript's own order differs where they are beyond four hexadecimal digits. */
export function compareCodePoints(left: string, right: string): number {
  for (let at = 0; ; ) {
    const [a, b] = [left.codePointAt(at), right.codePointAt(at)];
    if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
    if (a !== b) return a - b;
    at += a > 0xffff ? 2 : 1;
  }
}

/** At the first character in which they differ. */
function compareFrom(a: readonly string[], b: readonly string[], at: number): number {
  const [aIsLetter, bIsLetter] = [isLetter(a[at] ?? ""), isLetter(b[at] ?? "")];
  if (aIsLetter && bIsLetter) return 0;
  if (aIsLetter || bIsLetter) return bIsLetter ? -1 : 1;
  // A zero is part of a number when one goes on there, and leads it when none does.
  const goesOn = (a[at] === "0" || b[at] === "0") && /[1-9]\p{Nd}*$/u.test(a.slice(0, at).join(""));
  const [aDigits, bDigits] = [digitsFrom(a, at), digitsFrom(b, at)];
  const start = goesOn ? "1" : "0";
  const [aNumber, bNumber] = [BigInt(start + aDigits), BigInt(start + bDigits)];
  if (aNumber !== bNumber) return aNumber < bNumber ? -1 : 1;
  return aDigits.length - bDigits.length;
}

function digitsFrom(characters: readonly string[], at: number): string {
  let digits = "";
  for (let next = at; isDigit(characters[next]); next++) digits += characters[next];
  return /^[0-9]*$/.test(digits) ? digits : "";
}
