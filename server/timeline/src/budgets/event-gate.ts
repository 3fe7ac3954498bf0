// The gate between components and the machines' timelines: each thing is said once.
import type { MachineEventInput } from "@neverland/api";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { shortKey } from "@neverland/platform/collections/short-key.ts";

/** Ten thousand machines that boot at once, a dozen causes each. */
const mostKnown = 131_072;
/** Anyone can make up MACs and addresses: what they cause is remembered apart, so that no flood makes the machines' own be said again. */
const mostUnknown = 8192;

/** What has been said of a cause. `told`: what the recorder knows the event by. */
export interface Said {
  readonly told: unknown;
  /** Since the event, or since its repeats were told. */
  sinceMs: number;
  heardMs: number;
  /** Repeats that have not been told. */
  repeats: number;
}

/**
 * Tells of repeats that go on, so that they are counted with the event. @returns False where it is to be said anew.
 */
export type TellRepeats = (told: unknown, repeats: number, lastMs: number) => boolean;

/**
 * Passes on the first event of each cause. A cause counts as new again after `quietMs`; with `tellRepeats` one that goes on without a pause of so
 * long does not, and is told as repeats.
 */
export class EventGate {
  readonly #record: (event: MachineEventInput) => unknown;
  readonly #nowMs: () => number;
  readonly #tellRepeats: TellRepeats;
  readonly #known = recentMap<string, Said>(mostKnown);
  readonly #unknown = recentMap<string, Said>(mostUnknown);

  constructor(
    record: (event: MachineEventInput) => unknown,
    nowMs: () => number,
    tellRepeats: TellRepeats = () => false,
  ) {
    this.#record = record;
    this.#nowMs = nowMs;
    this.#tellRepeats = tellRepeats;
  }

  /** An event that names its Hardware is a known machine's. */
  once(cause: string, quietMs: number, event: MachineEventInput): void {
    this.onceOf(cause, quietMs, event.hardware !== undefined, () => event);
  }

  /** For what is met at each packet: the event is made when it is passed on, and only then. */
  onceOf(cause: string, quietMs: number, isKnown: boolean, make: () => MachineEventInput): Said {
    const seen = isKnown ? this.#known : this.#unknown;
    const key = shortKey(cause);
    const before = seen.get(key);
    if (before !== undefined && this.isRepeat(before, quietMs)) return before;
    const nowMs = this.#nowMs();
    const said = { told: this.#record(make()), sinceMs: nowMs, heardMs: nowMs, repeats: 0 };
    seen.set(key, said);
    return said;
  }

  /** Counts what has come again. @returns False: so much later that it is to be said anew, by `onceOf`. */
  isRepeat(said: Said, quietMs: number): boolean {
    const nowMs = this.#nowMs();
    if (nowMs - said.sinceMs >= quietMs) {
      if (nowMs - said.heardMs >= quietMs || !this.#tellRepeats(said.told, said.repeats + 1, nowMs)) return false;
      said.sinceMs = nowMs;
      said.repeats = -1;
    }
    said.heardMs = nowMs;
    said.repeats += 1;
    return true;
  }
}
