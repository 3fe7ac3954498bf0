// Counts the answers that do not end by themselves, so that there are not too many, and no caller has all of them.
import { counted } from "@neverland/api";
import { shortKey } from "@neverland/platform/collections/short-key.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { FastifyRequest } from "fastify";
import { ApiFault } from "../wire/api-fault.ts";

export type WatchSlot = {
  /** Aborts when the answer is to end so that another caller has one. */
  readonly ended: AbortSignal;
  /** Gives it back. Once more is harmless. */
  release(): void;
};

type Taken = WatchSlot & { end(): void };

export type WatchSlotsDeps = {
  readonly clock: Pick<Clock, "nowMs" | "asOfNowMs">;
  /** Told when somebody's was ended for another, at most once a minute. */
  readonly warn: (message: string) => void;
};

const quietMs = 60_000;

export class WatchSlots {
  readonly #limit: number;
  readonly #deps: WatchSlotsDeps;
  #warnedMs: number | undefined;
  #endedSince = 0;
  #taken = 0;
  /** The oldest of each caller's first. */
  readonly #byCaller = new Map<string, Set<Taken>>();

  constructor(limit: number, deps: WatchSlotsDeps) {
    this.#limit = limit;
    this.#deps = deps;
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
    let whose = "";
    for (const [each, slots] of this.#byCaller) if (slots.size > most.size) [whose, most] = [each, slots];
    const [oldest] = most;
    // With one more it would have as many as the other has left, and the two would take turns for ever.
    if (oldest === undefined || most.size <= (this.#byCaller.get(caller)?.size ?? 0) + 1) return false;
    oldest.release();
    oldest.end();
    this.#sayEnded(whose, caller);
    return true;
  }

  /** Clients take such an end for one of time, and watch again: who has too many is seen here alone. */
  #sayEnded(whose: string, caller: string): void {
    const { clock, warn } = this.#deps;
    const nowMs = clock.nowMs();
    this.#endedSince += 1;
    if (this.#warnedMs !== undefined && nowMs - clock.asOfNowMs(this.#warnedMs) < quietMs) return;
    const more = counted(this.#endedSince, "was ended so", "were ended so");
    const [from, to] = [whose, caller].map((each) => JSON.stringify(each));
    warn(
      `All ${this.#limit} watches of the resource API are in use, and the oldest of ${from} was ended so that ${to} has one (${more} since this was last said); end watches of ${from} that nobody reads`,
    );
    this.#warnedMs = nowMs;
    this.#endedSince = 0;
  }
}

/** Whose it is: all have the same token and mostly the same address, so that programs are told apart by the name they give themselves. */
export function watcherOf({ ip, headers }: Pick<FastifyRequest, "ip" | "headers">): string {
  return shortKey(`${ip} ${headers["user-agent"] ?? ""}`);
}
