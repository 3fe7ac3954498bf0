// Reads the values of options, so that a slip of the pen is told and not taken for a number.
import { InvalidArgumentError } from "commander";

/** For an option that takes several, as kubectl has them: `-f a,b -f c`. @throws {InvalidArgumentError} Where one is empty. */
export function readList(text: string, before: readonly string[] = []): string[] {
  const each = text.split(",");
  if (each.every((one) => one !== "")) return [...before, ...each];
  throw new InvalidArgumentError("Nothing stands before or after a comma.");
}

/** For an option that takes a whole number. @throws {InvalidArgumentError} With what was expected. */
export function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from 0 to ${most}.`);
  };
}

/** For an option that takes how long something is good, in ms: `90d`, `12h`, `1d12h`. @throws {InvalidArgumentError} */
export function readLifetime(text: string): number {
  const [, days = "0", hours = "0", minutes = "0"] = /^(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?$/.exec(text) ?? [];
  const ms = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000;
  if (ms > 0) return ms;
  throw new InvalidArgumentError("Expected a time such as 90d, 12h or 1d12h.");
}

/** Timers hold no more: 2³¹ ms. */
const longestTimeoutSeconds = 2_147_483;

/** For an option that takes a time, in whole seconds or as kubectl has it: `90`, `90s`, `1m30s`. @throws {InvalidArgumentError} */
export function readTimeout(text: string): number {
  const [, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text) ?? [];
  const value = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if ((hours ?? minutes ?? seconds) !== undefined && value <= longestTimeoutSeconds) return value;
  throw new InvalidArgumentError(`Expected seconds from 0 to ${longestTimeoutSeconds}, or a time such as 1m30s.`);
}
