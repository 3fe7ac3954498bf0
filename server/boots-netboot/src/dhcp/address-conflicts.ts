// Addresses that their own machine found in use by another: not to be handed out for a while (RFC 2131 §4.3.3).
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { type Ipv4Address, ipv4FromNumber } from "@neverland/protocols";

/** A reservation has no other address to offer instead, so it is tried again: the other machine may have gone. */
export const conflictMinutes = 10;

/** One for each machine of a full hall; those whose Hardware has gone are never asked for again. */
const mostAddresses = 50_000;

export class AddressConflicts {
  readonly #nowMs: () => number;
  readonly #untilMs = recentMap<Ipv4Address, number>(mostAddresses);

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(address: Ipv4Address): void {
    this.#untilMs.set(address, this.#nowMs() + conflictMinutes * 60_000);
  }

  /** For what is asked at each packet. @param address As a number, the first byte the highest. */
  has(address: number): boolean {
    return this.#untilMs.size > 0 && this.untilMs(ipv4FromNumber(address)) !== undefined;
  }

  /** When the address may be handed out again; undefined when it may be now. */
  untilMs(address: Ipv4Address): number | undefined {
    const untilMs = this.#untilMs.get(address);
    if (untilMs === undefined || this.#nowMs() < untilMs) return untilMs;
    this.#untilMs.delete(address);
    return undefined;
  }
}
