// Counts requests with a token that is none, and tells of them once a minute: one line, however many they are and wherever they come from.
import { counted } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";

export type FailedTriesDeps = {
  readonly clock: Pick<Clock, "after">;
  readonly warn: (message: string) => void;
};

const toldEveryMs = 60_000;

export class FailedTries {
  readonly #deps: FailedTriesDeps;
  #count = 0;
  #last = "";

  constructor(deps: FailedTriesDeps) {
    this.#deps = deps;
  }

  /** The first is told at once, what follows within the minute when that is over. */
  failed(address: string): void {
    this.#count += 1;
    this.#last = address;
    if (this.#count > 1) return;
    this.#tell();
    this.#deps.clock.after(toldEveryMs, () => this.#minuteOver(), true);
  }

  #minuteOver(): void {
    // The first was told.
    this.#count -= 1;
    if (this.#count > 0) this.#tell();
    this.#count = 0;
  }

  #tell(): void {
    const many = counted(this.#count, "request", "requests");
    const advice = "look who asks from there; `tink token list` shows the tokens that are good";
    this.#deps.warn(
      `the resource API refused ${many} with a token that it does not know, or that is over, the last from ${this.#last}: ${advice}`,
    );
  }
}
