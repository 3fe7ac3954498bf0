// The gate between components and the machines' timelines: each thing is said once.
import type { MachineEventInput } from "@neverland/api";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { shortKey } from "@neverland/platform/collections/short-key.ts";

/** Ten thousand machines that boot at once, a dozen causes each. */
const mostKnown = 131_072;
/** Anyone can make up MACs and addresses: what they cause is remembered apart, so that no flood makes the machines' own be said again. */
const mostUnknown = 8192;

/** Passes on the first event of each cause. A cause counts as new again after `quietMs`. */
export class EventGate {
  readonly #record: (event: MachineEventInput) => void;
  readonly #nowMs: () => number;
  readonly #known = recentMap<string, number>(mostKnown);
  readonly #unknown = recentMap<string, number>(mostUnknown);

  constructor(record: (event: MachineEventInput) => void, nowMs: () => number) {
    this.#record = record;
    this.#nowMs = nowMs;
  }

  /** An event that names its Hardware is a known machine's. */
  once(cause: string, quietMs: number, event: MachineEventInput): void {
    this.onceOf(cause, quietMs, event.hardware !== undefined, () => event);
  }

  /** For what is met at each packet: the event is made when it is passed on, and only then. */
  onceOf(cause: string, quietMs: number, isKnown: boolean, make: () => MachineEventInput): void {
    const seen = isKnown ? this.#known : this.#unknown;
    const nowMs = this.#nowMs();
    const key = shortKey(cause);
    if (nowMs - (seen.get(key) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    seen.set(key, nowMs);
    this.#record(make());
  }
}
