// A thread that begins again when it dies: at once the first time, and with longer waits when it dies again and again.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Backoff } from "@neverland/platform/wait/backoff.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import type { PacketThread } from "./packet-thread.ts";

export type Mortal = Pick<PacketThread, "ended" | "stop">;

export interface Death {
  readonly error: Error;
  /** So many in a row; one that comes after a good while begins a new one. */
  readonly inRow: number;
  /** Before the next begins. */
  readonly waitMs: number;
}

export interface KeptThreadDeps<T extends Mortal> {
  /** Starts one with what is to be known now, and resolves when it does its work. When it rejects, that is a death too. */
  readonly start: (signal: AbortSignal) => Promise<T>;
  readonly died: (death: Death) => void;
  /** One does its work again. @param afterMs Since the last did. */
  readonly lives: (afterMs: number) => void;
  readonly clock: Pick<Clock, "nowMs" | "after">;
}

/** What waits in the kernel meanwhile is answered then: machines ask again after some seconds. */
const waits = { firstMs: 50, longestMs: 10_000 };
const goodWhileMs = 60_000;

export class KeptThread<T extends Mortal> {
  readonly #deps: KeptThreadDeps<T>;
  readonly #backoff = new Backoff(waits);
  readonly #end = new AbortController();
  readonly #kept: Promise<void>;
  #running: T | undefined;

  private constructor(deps: KeptThreadDeps<T>, first: T) {
    this.#deps = deps;
    this.#kept = this.#keep(first);
  }

  /** @throws What the first start throws: nobody has been promised anything then. */
  static async start<T extends Mortal>(deps: KeptThreadDeps<T>, signal: AbortSignal): Promise<KeptThread<T>> {
    return new KeptThread(deps, await deps.start(signal));
  }

  /** Undefined while it is dead. */
  get running(): T | undefined {
    return this.#running;
  }

  /** Resolves when none runs any more. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running?.stop();
    await this.#kept;
  }

  async #keep(first: T): Promise<void> {
    const { clock, lives } = this.#deps;
    for (let thread: T | undefined = first; thread !== undefined; ) {
      this.#running = thread;
      const sinceMs = clock.nowMs();
      const error: Error | undefined = await thread.ended;
      this.#running = undefined;
      if (error === undefined) return;
      const diedMs = clock.nowMs();
      if (diedMs - sinceMs >= goodWhileMs) this.#backoff.reset();
      thread = await this.#again(error);
      if (thread !== undefined) lives(clock.nowMs() - diedMs);
    }
  }

  /** @returns Undefined when it is to stop. */
  async #again(first: Error): Promise<T | undefined> {
    const { start, died, clock } = this.#deps;
    const { signal } = this.#end;
    for (let error = first; !signal.aborted; ) {
      const waitMs = this.#backoff.nextMs();
      died({ error, inRow: this.#backoff.failures, waitMs });
      await pause(clock, waitMs, signal);
      if (signal.aborted) return undefined;
      try {
        return await start(signal);
      } catch (cause) {
        error = cause instanceof Error ? cause : new Error(String(cause));
      }
    }
    return undefined;
  }
}
