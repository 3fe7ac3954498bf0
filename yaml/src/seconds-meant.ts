// What somebody meant who wrote a time with its unit where a number of seconds stands.

const unitSeconds: readonly (readonly [RegExp, number])[] = [
  [/^(s|secs?|seconds?)$/, 1],
  [/^(m|mins?|minutes?)$/, 60],
  [/^(h|hrs?|hours?)$/, 3600],
  [/^(d|days?)$/, 86_400],
  [/^(w|weeks?)$/, 604_800],
];

/** @returns `undefined` of what is no such time, or none of whole seconds. */
export function secondsMeant(text: string): number | undefined {
  const parts = text.trim().toLowerCase();
  if (!/^(\d{1,6}(\.\d{1,3})? *[a-z]{1,7} *)+$/.test(parts)) return undefined;
  let seconds = 0;
  for (const [, count, word = ""] of parts.matchAll(/([\d.]+) *([a-z]+)/g)) {
    const unit = unitSeconds.find(([names]) => names.test(word))?.[1];
    if (unit === undefined) return undefined;
    seconds += Number(count) * unit;
  }
  return Number.isInteger(seconds) ? seconds : undefined;
}
