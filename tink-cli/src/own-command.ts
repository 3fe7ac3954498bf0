// How this tink is called from where the user is, for lines that are to be typed as they stand.
import { isAbsolute, join, relative } from "node:path";

/** The checkout: it has the script `tink`. */
export const checkout = join(import.meta.dirname, "../..");

/** `./tink` in the checkout, a path elsewhere. */
export function ownCommand(cwd: string = process.cwd()): string {
  const way = relative(cwd, join(checkout, "tink"));
  return way.startsWith("..") || isAbsolute(way) ? join(checkout, "tink") : `./${way}`;
}
