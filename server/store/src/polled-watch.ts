// A watch as it is read without a promise for each event: for who tells very many callers of one change.
import { onAbort } from "@neverland/platform/wait/abort.ts";
import type { WatchEvent } from "./resource-store.ts";

export interface PolledWatch {
  /** Nothing more comes. */
  readonly isOver: boolean;
  /** The next event; `undefined` when there is none now. @throws What the watch fails with; it is over then. */
  take(): WatchEvent | undefined;
  /** Calls back once, as soon as there is something to take, or it is over. After `take` had nothing. */
  onNews(callback: () => void): void;
}

/** @param signal The watch's own: ends the reading, too. */
export function polledWatch(events: AsyncIterable<WatchEvent>, signal: AbortSignal): PolledWatch {
  return isPolled(events) ? events : new PulledWatch(events, signal);
}

function isPolled(events: object): events is PolledWatch {
  return "take" in events && "onNews" in events;
}

/** Any other watch: one event is asked for ahead. */
class PulledWatch implements PolledWatch {
  readonly #events: AsyncIterator<WatchEvent>;
  /** Set late: a signal that has aborted already calls back at once. */
  #forget: () => void = () => undefined;
  #next: WatchEvent | undefined;
  #failure: { readonly error: unknown } | undefined;
  #callback: (() => void) | undefined;
  #isPulling = false;
  isOver = false;

  constructor(events: AsyncIterable<WatchEvent>, signal: AbortSignal) {
    this.#events = events[Symbol.asyncIterator]();
    this.#forget = onAbort(signal, () => this.#end());
    this.#pull();
  }

  take(): WatchEvent | undefined {
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      throw error;
    }
    const event = this.#next;
    this.#next = undefined;
    if (event !== undefined) this.#pull();
    return event;
  }

  onNews(callback: () => void): void {
    if (this.isOver || this.#next !== undefined || this.#failure !== undefined) callback();
    else this.#callback = callback;
  }

  #pull(): void {
    if (this.isOver || this.#isPulling) return;
    this.#isPulling = true;
    this.#events.next().then(
      ({ done, value }) => {
        this.#isPulling = false;
        if (done) this.#end();
        else this.#next = value;
        this.#tell();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#end();
      },
    );
  }

  #end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#forget();
    // What is left of it to do is done by whoever makes it; nobody waits for that.
    this.#events.return?.().catch(() => undefined);
    this.#tell();
  }

  #tell(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}
