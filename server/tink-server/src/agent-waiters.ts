// Workers that wait for something to do. Waiting costs a promise and a timer; nothing is asked again in the meantime.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { News } from "@neverland/platform/wait/pause.ts";

export type Wake =
  /** Something about the worker's workflows changed. */
  | "changed"
  /** It has waited as long as it was to. */
  | "timeout"
  /** The same worker asks on another connection: its machine or its program was restarted. */
  | "replaced"
  | "closing"
  /** The worker hung up. */
  | "gone";

/** One worker's visit. What changes between a look and the wait for it is not missed. */
export class Waiter {
  readonly agentID: string;
  readonly #news = new News();
  #pending: "changed" | "replaced" | "closing" | undefined;

  constructor(agentID: string) {
    this.agentID = agentID;
  }

  /** Forgets changes up to now; call it before looking. */
  look(): void {
    if (this.#pending !== "changed") return;
    this.#pending = undefined;
    this.#news.forget();
  }

  async next(clock: Clock, timeoutMs: number, signal: AbortSignal): Promise<Wake> {
    if (signal.aborted) return "gone";
    const end = this.#pending === undefined ? await this.#news.wait(clock, timeoutMs, signal) : "news";
    if (end === "news") return this.#pending ?? "changed";
    return end === "aborted" ? "gone" : end;
  }

  wake(wake: "changed" | "replaced" | "closing"): void {
    // An end outlasts a change.
    this.#pending = this.#pending === "replaced" || this.#pending === "closing" ? this.#pending : wake;
    this.#news.tell();
  }
}

export class AgentWaiters {
  readonly #waiters = new Map<string, Waiter>();
  #closed = false;

  /** How many workers wait. */
  get size(): number {
    return this.#waiters.size;
  }

  has(agentID: string): boolean {
    return this.#waiters.has(agentID.toLowerCase());
  }

  /** The newest visit of a worker counts: an earlier one, on a connection that may be dead, ends. */
  enter(agentID: string): Waiter {
    const id = agentID.toLowerCase();
    this.#waiters.get(id)?.wake("replaced");
    const waiter = new Waiter(id);
    this.#waiters.set(id, waiter);
    if (this.#closed) waiter.wake("closing");
    return waiter;
  }

  leave(waiter: Waiter): void {
    if (this.#waiters.get(waiter.agentID) === waiter) this.#waiters.delete(waiter.agentID);
  }

  wake(agentID: string): void {
    this.#waiters.get(agentID.toLowerCase())?.wake("changed");
  }

  /** Ends every wait, and those that begin later. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters.values()) waiter.wake("closing");
  }
}
