// How long an answer is awaited before it counts as lost: by the answers before it (RFC 6298, in milliseconds).

export interface RoundTrip {
  readonly smoothedMs: number | undefined;
  readonly variationMs: number;
  readonly timeoutMs: number;
}

/** As long as nothing is known. Firmware on the same link answers within a few milliseconds. */
export const firstRoundTrip: RoundTrip = { smoothedMs: undefined, variationMs: 0, timeoutMs: 200 };

/** Firmware that polls its card by a timer, or writes to flash in between, is no loss. */
const shortestMs = 100;
const longestMs = 4000;

/** After an answer to something that was sent once: of what was sent again nobody knows which one was answered. */
export function measured({ smoothedMs, variationMs }: RoundTrip, tookMs: number): RoundTrip {
  const smoothed = smoothedMs === undefined ? tookMs : smoothedMs + (tookMs - smoothedMs) / 8;
  const off = smoothedMs === undefined ? tookMs / 2 : Math.abs(tookMs - smoothedMs);
  const variation = smoothedMs === undefined ? off : variationMs + (off - variationMs) / 4;
  return { smoothedMs: smoothed, variationMs: variation, timeoutMs: within(smoothed + 4 * variation) };
}

/** After a loss: what was lost for want of room must not come again as quickly. */
export function backedOff(trip: RoundTrip): RoundTrip {
  return { ...trip, timeoutMs: within(2 * trip.timeoutMs) };
}

function within(ms: number): number {
  return Math.min(Math.max(ms, shortestMs), longestMs);
}
