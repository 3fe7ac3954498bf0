// The gate between Boots and the machines' timelines: each thing is said once.
import type { MachineEventInput } from "@neverland/api";

/** Causes remembered at once; the oldest are forgotten first, so that a flood of false MACs cannot fill the memory. */
const mostCauses = 4096;

/** Passes on the first event of each cause. A cause counts as new again after `quietMs`. */
export class EventGate {
  readonly #record: (event: MachineEventInput) => void;
  readonly #nowMs: () => number;
  readonly #seenAtMs = new Map<string, number>();

  constructor(record: (event: MachineEventInput) => void, nowMs: () => number) {
    this.#record = record;
    this.#nowMs = nowMs;
  }

  once(cause: string, quietMs: number, event: MachineEventInput): void {
    const nowMs = this.#nowMs();
    const seenAtMs = this.#seenAtMs.get(cause);
    if (seenAtMs !== undefined && nowMs - seenAtMs < quietMs) return;
    this.#seenAtMs.delete(cause);
    this.#seenAtMs.set(cause, nowMs);
    const [oldest] = this.#seenAtMs.keys();
    if (this.#seenAtMs.size > mostCauses && oldest !== undefined) this.#seenAtMs.delete(oldest);
    this.#record(event);
  }
}
