// Workers that wait for something to do. Waiting costs a promise and a timer; nothing is asked again in the meantime.
import { agentKey } from "@neverland/api";
import { Holders } from "@neverland/platform/collections/holders.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";

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

/** Who waits may go away meanwhile. */
export type Leaver = {
  /** Calls back once, at once when it has already gone; the returned function gives it up. */
  onGone(callback: () => void): () => void;
};

/** One worker's visit. What changes between a look and the wait for it is not missed. */
export class Waiter {
  readonly agentID: string;
  /** `namespace/name` of each Hardware whose lock it waits for. */
  lockedBy: readonly string[] = [];
  #pending: "changed" | "replaced" | "closing" | undefined;
  #end: ((wake: Wake) => void) | undefined;

  constructor(agentID: string) {
    this.agentID = agentID;
  }

  /** Forgets changes up to now; call it before looking. */
  look(): void {
    if (this.#pending === "changed") this.#pending = undefined;
  }

  /** One wait at a time. Thousands wait at once, so it holds a promise, a timer and little else. */
  next(clock: Pick<Clock, "after">, timeoutMs: number, caller: Leaver): Promise<Wake> {
    if (this.#pending !== undefined) return Promise.resolve(this.#pending);
    return new Promise((resolve) => {
      const cancel = clock.after(timeoutMs, () => this.#end?.("timeout"));
      let forget = (): void => undefined;
      this.#end = (wake) => {
        this.#end = undefined;
        cancel();
        forget();
        resolve(wake);
      };
      forget = caller.onGone(() => this.#end?.("gone"));
    });
  }

  wake(wake: "changed" | "replaced" | "closing"): void {
    // An end outlasts a change.
    if (this.#pending === undefined || this.#pending === "changed") this.#pending = wake;
    this.#end?.(this.#pending);
  }
}

export class AgentWaiters {
  readonly #waiters = new Map<string, Waiter>();
  /** By what they are locked by. */
  readonly #locked = new Holders<Waiter>();
  #closed = false;

  /** How many workers wait. */
  get size(): number {
    return this.#waiters.size;
  }

  has(agentID: string): boolean {
    return this.#waiters.has(agentKey(agentID));
  }

  /** The newest visit of a worker counts: an earlier one, on a connection that may be dead, ends. */
  enter(agentID: string): Waiter {
    const id = agentKey(agentID);
    this.#waiters.get(id)?.wake("replaced");
    const waiter = new Waiter(id);
    this.#waiters.set(id, waiter);
    if (this.#closed) waiter.wake("closing");
    return waiter;
  }

  /** It is woken when one of these is changed. @param machines `namespace/name` of each Hardware. */
  lock(waiter: Waiter, machines: readonly string[]): void {
    this.#unlock(waiter);
    waiter.lockedBy = machines;
    for (const machine of machines) this.#locked.add(machine, waiter);
  }

  /** What is changed may be the lock. Costs nothing where nobody waits for it. */
  wakeLocked(machine: string): void {
    for (const waiter of this.#locked.first(machine, Number.POSITIVE_INFINITY)) waiter.wake("changed");
  }

  #unlock(waiter: Waiter): void {
    for (const machine of waiter.lockedBy) this.#locked.delete(machine, waiter);
    waiter.lockedBy = [];
  }

  leave(waiter: Waiter): void {
    this.#unlock(waiter);
    if (this.#waiters.get(waiter.agentID) === waiter) this.#waiters.delete(waiter.agentID);
  }

  wake(agentID: string): void {
    this.#waiters.get(agentKey(agentID))?.wake("changed");
  }

  /** Ends every wait, and those that begin later. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters.values()) waiter.wake("closing");
  }
}
