// JSON as kubectl prints it: keys in order, four blanks a level, and signs of HTML as escapes, as Go's encoding/json has them.
import { compareCodePoints } from "@neverland/yaml";

const escapes = /[<>&\u2028\u2029]/g;

/** Ends with a newline. */
export function writeKubectlJson(value: unknown): string {
  return `${node(value, "\n")}\n`;
}

/** The same on one line, without a blank, as JSONPath shows an object. */
export function compactKubectlJson(value: unknown): string {
  return node(value, "");
}

/** @param pad Nothing for one line; else the end of a line, and the indent of the next. */
function node(value: unknown, pad: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value).replace(escapes, escaped);
  const inner = pad === "" ? "" : `${pad}    `;
  if (Array.isArray(value))
    return value.length === 0
      ? "[]"
      : `[${value.map((item) => `${inner}${node(item ?? null, inner)}`).join(",")}${pad}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, member]) => `${inner}${node(key, inner)}:${pad === "" ? "" : " "}${node(member, inner)}`);
  return members.length === 0 ? "{}" : `{${members.join(",")}${pad}}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
