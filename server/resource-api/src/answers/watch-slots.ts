// Counts the answers that do not end by themselves, so that there are not too many, and no caller has all of them.
import { shortKey } from "@neverland/platform/collections/short-key.ts";
import type { FastifyRequest } from "fastify";
import { ApiFault } from "../wire/api-fault.ts";

export type WatchSlot = {
  /** Aborts when the answer is to end so that another caller has one. */
  readonly ended: AbortSignal;
  /** Gives it back. Once more is harmless. */
  release(): void;
};

type Taken = WatchSlot & { end(): void };

export class WatchSlots {
  readonly #limit: number;
  #taken = 0;
  /** The oldest of each caller's first. */
  readonly #byCaller = new Map<string, Set<Taken>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * While all are in use, the caller with the most gives its oldest to one that has fewer.
   * @throws {ApiFault} `TooManyRequests` when there is none that has more.
   */
  take(caller: string): WatchSlot {
    if (this.#taken >= this.#limit && !this.#makeRoom(caller)) {
      const text = `All ${this.#limit} watches are in use: end one, or try again later`;
      throw new ApiFault("TooManyRequests", text, { retryAfterSeconds: 5 });
    }
    const own = this.#byCaller.getOrInsertComputed(caller, () => new Set());
    const ending = new AbortController();
    const release = (): void => {
      if (!own.delete(slot)) return;
      this.#taken -= 1;
      if (own.size === 0) this.#byCaller.delete(caller);
    };
    const slot: Taken = { ended: ending.signal, release, end: () => ending.abort() };
    own.add(slot);
    this.#taken += 1;
    return slot;
  }

  #makeRoom(caller: string): boolean {
    let most: ReadonlySet<Taken> = new Set();
    for (const slots of this.#byCaller.values()) if (slots.size > most.size) most = slots;
    const [oldest] = most;
    // With one more it would have as many as the other has left, and the two would take turns for ever.
    if (oldest === undefined || most.size <= (this.#byCaller.get(caller)?.size ?? 0) + 1) return false;
    oldest.release();
    oldest.end();
    return true;
  }
}

/** Whose it is: all have the same token and mostly the same address, so that programs are told apart by the name they give themselves. */
export function watcherOf({ ip, headers }: Pick<FastifyRequest, "ip" | "headers">): string {
  return shortKey(`${ip} ${headers["user-agent"] ?? ""}`);
}
