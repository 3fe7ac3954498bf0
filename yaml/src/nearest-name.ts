// What somebody probably meant who mistyped a name.

/** More than this many slips, and it was another name. */
const mostSlips = 3;

/** The name that is fewest slips away: a letter too many, missing, or another; undefined when none is near. */
export function nearestName(mistyped: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, slips: slipsBetween(mistyped.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= Math.min(mostSlips, Math.ceil(name.length / 2)))
    .sort((a, b) => a.slips - b.slips);
  return nearest?.name;
}

/** Levenshtein's distance, row by row. */
function slipsBetween(one: string, other: string): number {
  // A name of ours has some twenty letters; a longer text is none, and its rows need not be worked out.
  if (Math.abs(one.length - other.length) > mostSlips) return mostSlips + 1;
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const changed = (above[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      current.push(Math.min(changed, (above[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[other.length] ?? 0;
}
