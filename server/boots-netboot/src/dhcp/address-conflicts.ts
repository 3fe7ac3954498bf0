// Addresses that their own machine found in use by another: not to be handed out for a while (RFC 2131 §4.3.3).
import type { Ipv4Address } from "@neverland/protocols";

/** A reservation has no other address to offer instead, so it is tried again: the other machine may have gone. */
export const conflictMinutes = 10;

export class AddressConflicts {
  readonly #nowMs: () => number;
  readonly #sinceMs = new Map<Ipv4Address, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(address: Ipv4Address): void {
    this.#sinceMs.set(address, this.#nowMs());
  }

  /** When the address may be handed out again; undefined when it may be now. */
  untilMs(address: Ipv4Address): number | undefined {
    const sinceMs = this.#sinceMs.get(address);
    if (sinceMs === undefined) return undefined;
    const untilMs = sinceMs + conflictMinutes * 60_000;
    const nowMs = this.#nowMs();
    // A clock that was set back must not keep a machine without its address until it has caught up.
    if (nowMs >= sinceMs && nowMs < untilMs) return untilMs;
    this.#sinceMs.delete(address);
    return undefined;
  }
}
