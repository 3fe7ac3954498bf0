// Reads a number as text; the parser finds out what it is worth.

import { quote } from "../fmt/quote.ts";
import type { Cursor } from "./cursor.ts";
import { isAlphaNumeric } from "./runes.ts";

const DECIMAL = "0123456789_";
const HEX = "0123456789abcdefABCDEF_";

export function lexNumber(cursor: Cursor): boolean {
  if (!scanNumber(cursor)) return badNumber(cursor);
  const sign = cursor.input[cursor.at];
  if (sign !== "+" && sign !== "-") {
    cursor.emit("number");
    return true;
  }
  // A complex number: 1+2i, without spaces.
  if (!scanNumber(cursor) || cursor.input[cursor.at - 1] !== "i") return badNumber(cursor);
  cursor.emit("complex");
  return true;
}

function badNumber(cursor: Cursor): false {
  return cursor.fail(`bad number syntax: ${quote(cursor.text)}`);
}

function scanNumber(cursor: Cursor): boolean {
  cursor.accept("+-");
  const digits = scanDigits(cursor);
  if (cursor.accept(".")) cursor.acceptRun(digits);
  if (digits === DECIMAL && cursor.accept("eE")) scanExponent(cursor);
  if (digits === HEX && cursor.accept("pP")) scanExponent(cursor);
  cursor.accept("i");
  if (!isAlphaNumeric(cursor.peek())) return true;
  cursor.next(); // so that the message shows what was wrong
  return false;
}

function scanDigits(cursor: Cursor): string {
  let digits = DECIMAL;
  if (cursor.accept("0")) {
    if (cursor.accept("xX")) digits = HEX;
    else if (cursor.accept("oO")) digits = "01234567_";
    else if (cursor.accept("bB")) digits = "01_";
  }
  cursor.acceptRun(digits);
  return digits;
}

function scanExponent(cursor: Cursor): void {
  cursor.accept("+-");
  cursor.acceptRun(DECIMAL);
}
