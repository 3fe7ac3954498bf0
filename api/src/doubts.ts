// What of an object is not used as it stands, whichever kind's it is.
import { fieldsAt } from "./field-path.ts";
import type { KindInfo } from "./kind-info.ts";
import { oneLine } from "./one-line.ts";

/** Of an object, or of a part of one. @returns A sentence each, without its full stop. */
export function doubtsOf(kind: KindInfo, object: object): string[] {
  return [...brokenLines(kind, object), ...(kind.doubts?.(object) ?? [])];
}

function brokenLines({ lines = [] }: KindInfo, sent: object): string[] {
  if (lines.length === 0 || !hasBrokenText(sent)) return [];
  const broken = lines.flatMap((path) => fieldsAt(sent, path)).filter(({ value }) => isBroken(value));
  return broken.map(
    ({ field }) => `${field}: machines are told it as one line, without control characters and outer blanks`,
  );
}

function isBroken(value: unknown): boolean {
  return typeof value === "string" && oneLine(value) !== value;
}

/** Nearly always no text of an object is broken, which is seen without making a path of anything. */
function hasBrokenText(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isBroken(value);
  if (Array.isArray(value)) return value.some(hasBrokenText);
  // Values of JSON inherit nothing that is enumerable.
  for (const name in value) if (hasBrokenText(Reflect.get(value, name))) return true;
  return false;
}
