// Counts the answers that do not end by themselves, so that no caller can open them without bound.
import { ApiFault } from "../wire/api-fault.ts";

export class WatchSlots {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns What gives the slot back; calling it twice is harmless. @throws {ApiFault} `TooManyRequests`. */
  take(): () => void {
    if (this.#taken >= this.#limit) {
      const text = `All ${this.#limit} watches are in use: end one, or try again later`;
      throw new ApiFault("TooManyRequests", text, { retryAfterSeconds: 5 });
    }
    this.#taken += 1;
    let isTaken = true;
    return () => {
      if (isTaken) this.#taken -= 1;
      isTaken = false;
    };
  }
}
