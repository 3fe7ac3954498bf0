// Times of the wire and of statuses as numbers, and durations as people read them.

/** Milliseconds since 1970 of an RFC 3339 time; `undefined` for none, an unreadable one, or one before 1970. */
export function timeMs(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  const ms = Date.parse(text);
  // The year 1 is how Go spells "no time".
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}

/** The two most significant units, as workers write it: `1h2m`, `1m2s`, `3s`; under a second `0s`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}
