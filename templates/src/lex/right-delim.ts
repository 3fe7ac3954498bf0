// The closing delimiter of an action, with or without its trim marker.
import { isSpace } from "./runes.ts";

export const RIGHT_DELIM = "}}";

/** `}}` or ` -}}` at this place? */
export function rightDelimAt(input: string, at: number): { trims: boolean } | undefined {
  if (isSpace(input[at]) && input.startsWith(`-${RIGHT_DELIM}`, at + 1)) return { trims: true };
  return input.startsWith(RIGHT_DELIM, at) ? { trims: false } : undefined;
}
