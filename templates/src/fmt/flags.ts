// The flags, width and precision of one verb, and how they pad.
import { runeCount } from "../values/bytes.ts";

export interface Flags {
  sharp: boolean;
  zero: boolean;
  plus: boolean;
  minus: boolean;
  space: boolean;
  /** `%+v` and `%#v`: they change what is printed, not how numbers look. */
  plusV: boolean;
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function noFlags(): Flags {
  return {
    sharp: false,
    zero: false,
    plus: false,
    minus: false,
    space: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** Fills to the width: right of the text with `-`, else left, with zeros if `0` was given. */
export function pad(text: string, flags: Flags, zero = flags.zero): string {
  if (flags.width === undefined) return text;
  const fill = flags.width - runeCount(text);
  if (fill <= 0) return text;
  if (flags.minus) return text + " ".repeat(fill);
  return (zero ? "0" : " ").repeat(fill) + text;
}
