// The gate between Boots and the machines' timelines: each thing is said once.
import type { MachineEventInput } from "@neverland/api";
import { LRUCache } from "lru-cache";

/** Causes remembered at once: a flood of false MACs must not fill the memory. */
const mostCauses = 4096;

/** Passes on the first event of each cause. A cause counts as new again after `quietMs`. */
export class EventGate {
  readonly #record: (event: MachineEventInput) => void;
  readonly #nowMs: () => number;
  readonly #seenAtMs = new LRUCache<string, number>({ max: mostCauses });

  constructor(record: (event: MachineEventInput) => void, nowMs: () => number) {
    this.#record = record;
    this.#nowMs = nowMs;
  }

  once(cause: string, quietMs: number, event: MachineEventInput): void {
    const nowMs = this.#nowMs();
    const seenAtMs = this.#seenAtMs.get(cause);
    if (seenAtMs !== undefined && nowMs - seenAtMs < quietMs) return;
    this.#seenAtMs.set(cause, nowMs);
    this.#record(event);
  }
}
