// What a service does every so often: never twice at the same time, however long it takes.
import type { Clock } from "../time/clock.ts";

export type RegularWorkDeps = {
  readonly clock: Pick<Clock, "after">;
  readonly everyMs: number;
  /** No process that has nothing else to do goes on for it. */
  readonly isIdle?: boolean;
  /** For messages: "dropping old events". */
  readonly doing: string;
  readonly work: () => Promise<void>;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

export class RegularWork {
  readonly #deps: RegularWorkDeps;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #isDueAgain = false;

  constructor(deps: RegularWorkDeps) {
    this.#deps = deps;
  }

  /** The first time is `everyMs` from now. */
  start(): void {
    const { clock, everyMs, isIdle } = this.#deps;
    const due = (): void => {
      this.start();
      this.#do();
    };
    this.#cancel = clock.after(everyMs, due, isIdle);
  }

  /** Resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#isDueAgain = false;
    await this.#running;
  }

  /** However often it falls due while it is under way, it is done once more after that. */
  #do(): void {
    this.#isDueAgain = this.#running !== undefined;
    if (this.#isDueAgain) return;
    const { work, doing, everyMs, onError } = this.#deps;
    this.#running = work()
      .catch((error: unknown) => onError({ doing, error, retryInMs: everyMs }))
      .then(() => {
        this.#running = undefined;
        if (this.#isDueAgain) this.#do();
      });
  }
}
