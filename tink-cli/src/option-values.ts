// Reads the values of options, so that a slip of the pen is told and not taken for a number.
import { InvalidArgumentError } from "commander";

/** For an option that takes a whole number. @throws {InvalidArgumentError} With what was expected. */
export function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from 0 to ${most}.`);
  };
}

/** Timers hold no more: 2³¹ ms. */
export const longestTimeoutSeconds = 2_147_483;
