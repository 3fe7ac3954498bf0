// Splits a template into tokens: the text, the delimiters with their trim markers, and comments.
import { Cursor } from "./cursor.ts";
import { RIGHT_DELIM, rightDelimAt } from "./right-delim.ts";
import { beforeSpaces, isSpace, skipSpaces } from "./runes.ts";
import { lexInsideAction } from "./scan-action.ts";
import type { Token } from "./token.ts";

const LEFT_DELIM = "{{";
const LEFT_COMMENT = "/*";
const RIGHT_COMMENT = "*/";
const TRIM_MARKER_LENGTH = 2; // the dash and the space beside it

/** All tokens of a source given as bytes; the last is `eof`, or `error` where the text stopped making sense. */
export function lex(input: string): Token[] {
  const cursor = new Cursor(input);
  while (lexText(cursor) && lexAction(cursor));
  return cursor.tokens;
}

/** False when there is no action any more. */
function lexText(cursor: Cursor): boolean {
  const found = cursor.input.indexOf(LEFT_DELIM, cursor.at);
  const end = found < 0 ? cursor.input.length : found;
  const trims = found >= 0 && hasLeftTrimMarker(cursor.input, found + LEFT_DELIM.length);
  cursor.at = trims ? beforeSpaces(cursor.input, cursor.start, end) : end;
  if (cursor.at > cursor.start) cursor.emit("text");
  cursor.at = end;
  cursor.ignore();
  if (found < 0) cursor.emit("eof");
  return found >= 0;
}

function lexAction(cursor: Cursor): boolean {
  cursor.at += LEFT_DELIM.length;
  const markerLength = hasLeftTrimMarker(cursor.input, cursor.at) ? TRIM_MARKER_LENGTH : 0;
  if (cursor.startsWith(LEFT_COMMENT, markerLength)) {
    cursor.at += markerLength;
    cursor.ignore();
    return lexComment(cursor);
  }
  cursor.emit("leftDelim");
  cursor.at += markerLength;
  cursor.ignore();
  cursor.parenDepth = 0;
  return lexInsideAction(cursor) && lexRightDelim(cursor);
}

function lexComment(cursor: Cursor): boolean {
  const end = cursor.input.indexOf(RIGHT_COMMENT, cursor.at + LEFT_COMMENT.length);
  if (end < 0) return cursor.fail("unclosed comment");
  const after = end + RIGHT_COMMENT.length;
  const closing = rightDelimAt(cursor.input, after);
  if (closing === undefined) return cursor.fail("comment ends before closing delimiter");
  cursor.at = after + (closing.trims ? TRIM_MARKER_LENGTH : 0) + RIGHT_DELIM.length;
  return passSpaces(cursor, closing.trims);
}

function lexRightDelim(cursor: Cursor): boolean {
  const trims = rightDelimAt(cursor.input, cursor.at)?.trims === true;
  if (trims) cursor.at += TRIM_MARKER_LENGTH;
  cursor.ignore();
  cursor.at += RIGHT_DELIM.length;
  cursor.emit("rightDelim");
  return passSpaces(cursor, trims);
}

function passSpaces(cursor: Cursor, trims: boolean): true {
  if (trims) cursor.at = skipSpaces(cursor.input, cursor.at);
  cursor.ignore();
  return true;
}

function hasLeftTrimMarker(input: string, at: number): boolean {
  return input[at] === "-" && isSpace(input[at + 1]);
}
