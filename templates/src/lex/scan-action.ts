// Splits the inside of one `{{ }}` into tokens.
import { decodeRune } from "../values/bytes.ts";
import type { Cursor } from "./cursor.ts";
import { rightDelimAt } from "./right-delim.ts";
import { isAlphaNumeric, isSpace, runeName } from "./runes.ts";
import { lexNumber } from "./scan-number.ts";
import { isKeyword, type TokenType } from "./token.ts";

/** Reads up to the closing delimiter; false when the action is broken. */
export function lexInsideAction(cursor: Cursor): boolean {
  while (rightDelimAt(cursor.input, cursor.at) === undefined) {
    if (!lexOne(cursor)) return false;
  }
  return cursor.parenDepth === 0 || cursor.fail("unclosed left paren");
}

const SINGLE: Readonly<Record<string, TokenType>> = { "=": "assign", "|": "pipe" };

function lexOne(cursor: Cursor): boolean {
  const char = cursor.input[cursor.at];
  if (char === undefined) return cursor.fail("unclosed action");
  if (isSpace(char)) return lexSpace(cursor);
  const single = SINGLE[char];
  if (single !== undefined) return take(cursor, 1, single);
  switch (char) {
    case ":":
      return lexDeclare(cursor);
    case '"':
      return lexQuoted(cursor, '"', "string", "unterminated quoted string");
    case "'":
      return lexQuoted(cursor, "'", "charConstant", "unterminated character constant");
    case "`":
      return lexRawString(cursor);
    case "$":
      return lexName(cursor, "variable", "variable");
    case "(":
      cursor.parenDepth++;
      return take(cursor, 1, "leftParen");
    case ")":
      return lexRightParen(cursor);
    default:
      return lexWordOrNumber(cursor, char);
  }
}

function lexWordOrNumber(cursor: Cursor, char: string): boolean {
  const following = cursor.input[cursor.at + 1];
  // A dot can begin a number (.5) or a field (.Name); at the very end of the text it can only be a number.
  if (char === "." && following !== undefined && !isDigit(following)) return lexName(cursor, "field", "dot");
  if (char === "." || char === "+" || char === "-" || isDigit(char)) return lexNumber(cursor);
  const { rune } = decodeRune(cursor.input, cursor.at);
  if (isAlphaNumeric(rune)) return lexIdentifier(cursor);
  if (rune > 0x20 && rune < 0x7f) return take(cursor, 1, "char");
  const name = runeName(cursor.input, cursor.at);
  cursor.next();
  return cursor.fail(`unrecognized character in action: ${name}`);
}

function take(cursor: Cursor, length: number, type: TokenType): true {
  cursor.at += length;
  cursor.emit(type);
  return true;
}

function lexDeclare(cursor: Cursor): boolean {
  return cursor.startsWith(":=") ? take(cursor, 2, "declare") : cursor.fail("expected :=");
}

function lexRightParen(cursor: Cursor): boolean {
  cursor.parenDepth--;
  return cursor.parenDepth < 0 ? cursor.fail("unexpected right paren") : take(cursor, 1, "rightParen");
}

function lexSpace(cursor: Cursor): boolean {
  // The space before a trim marker belongs to the marker.
  while (isSpace(cursor.input[cursor.at]) && rightDelimAt(cursor.input, cursor.at)?.trims !== true) cursor.at++;
  cursor.emit("space");
  return true;
}

function lexQuoted(cursor: Cursor, quote: string, type: TokenType, unterminated: string): boolean {
  cursor.at++;
  for (;;) {
    const escaped = cursor.accept("\\");
    const char = cursor.input[cursor.at];
    if (char === undefined || char === "\n") return cursor.fail(unterminated);
    cursor.at++;
    if (!escaped && char === quote) break;
  }
  cursor.emit(type);
  return true;
}

function lexRawString(cursor: Cursor): boolean {
  const end = cursor.input.indexOf("`", cursor.at + 1);
  if (end < 0) return cursor.fail("unterminated raw quoted string");
  return take(cursor, end + 1 - cursor.at, "rawString");
}

function lexIdentifier(cursor: Cursor): boolean {
  takeAlphaNumeric(cursor);
  if (!atTerminator(cursor)) return badCharacter(cursor);
  const word = cursor.text;
  cursor.emit(isKeyword(word) ? word : word === "true" || word === "false" ? "bool" : "identifier");
  return true;
}

/** A field or a variable; `bare` is what its sign means alone. */
function lexName(cursor: Cursor, type: TokenType, bare: TokenType): boolean {
  cursor.at++;
  if (atTerminator(cursor)) return take(cursor, 0, bare);
  takeAlphaNumeric(cursor);
  return atTerminator(cursor) ? take(cursor, 0, type) : badCharacter(cursor);
}

function takeAlphaNumeric(cursor: Cursor): void {
  while (isAlphaNumeric(cursor.peek())) cursor.next();
}

function badCharacter(cursor: Cursor): false {
  return cursor.fail(`bad character ${runeName(cursor.input, cursor.at)}`);
}

function atTerminator(cursor: Cursor): boolean {
  const char = cursor.input[cursor.at];
  return char === undefined || isSpace(char) || ".,|:)(".includes(char) || cursor.startsWith("}}");
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}
