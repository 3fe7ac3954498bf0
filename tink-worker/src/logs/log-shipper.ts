// Sends lines to the server in batches while the action runs: a bounded queue that never makes the action wait.

import type { LogLine } from "./log-line.ts";

/** `kept`: stored. `unsupported`: this server takes no logs, do not ask again. `failed`: ask again later. */
export type BatchResult = "kept" | "unsupported" | "failed";

/** How far the pull of the action's image is. */
export type PullProgress = { readonly doneBytes: number; readonly totalBytes: number };

/** `droppedLines` counts since the action began; `progress` is there when it is news. */
export type LogBatch = {
  readonly lines: readonly LogLine[];
  readonly droppedLines: number;
  readonly progress?: PullProgress | undefined;
};

export type LogShipperDeps = {
  readonly send: (batch: LogBatch, signal: AbortSignal) => Promise<BatchResult>;
  /** Waits for more lines to gather (`failures` 0) or before a retry. */
  readonly pause: (failures: number, signal: AbortSignal) => Promise<void>;
};

const queueLimitLines = 4000;
const batchLimitLines = 200;

export class LogShipper {
  readonly #deps: LogShipperDeps;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #queue: LogLine[] = [];
  #dropped = 0;
  #unsupported = false;
  #progress: PullProgress | undefined;
  #wake: () => void = () => {};
  readonly #hurry = new AbortController();

  constructor(deps: LogShipperDeps) {
    this.#deps = deps;
    this.#running = this.#run();
  }

  /** How many lines were dropped, since they came faster than they could be sent. */
  get droppedLines(): number {
    return this.#dropped;
  }

  push(line: LogLine): void {
    if (this.#unsupported) return;
    this.#queue.push(line);
    if (this.#queue.length > queueLimitLines) {
      this.#queue.shift();
      this.#dropped++;
    }
    this.#wake();
  }

  /** Only the newest is sent. */
  progress(progress: PullProgress): void {
    this.#progress = progress;
    this.#wake();
  }

  /** Sends what is left, for as long as `deadline` lets it. */
  async end(deadline: AbortSignal): Promise<void> {
    this.#hurry.abort();
    this.#wake();
    const giveUp = (): void => this.#stop.abort(deadline.reason);
    if (deadline.aborted) giveUp();
    deadline.addEventListener("abort", giveUp, { once: true });
    await this.#running;
    deadline.removeEventListener("abort", giveUp);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !this.#unsupported && !signal.aborted; ) {
      if (this.#isIdle && this.#hurry.signal.aborted) return;
      if (this.#isIdle) await new Promise<void>((resolve) => (this.#wake = resolve));
      await this.#wait(failures, signal);
      if (signal.aborted || this.#isIdle) continue;
      failures = (await this.#sendBatch(signal)) ? 0 : failures + 1;
    }
  }

  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#progress === undefined;
  }

  /** Lets lines gather, or a failing server rest; at the end nothing is waited for but the latter. */
  async #wait(failures: number, stop: AbortSignal): Promise<void> {
    const signal = failures > 0 ? stop : AbortSignal.any([stop, this.#hurry.signal]);
    await this.#deps.pause(failures, signal).catch(() => {}); // the loop looks at the signals
  }

  async #sendBatch(signal: AbortSignal): Promise<boolean> {
    const lines = this.#queue.slice(0, batchLimitLines);
    const progress = this.#progress;
    const result = await this.#deps.send({ lines, droppedLines: this.#dropped, progress }, signal);
    if (this.#progress === progress) this.#progress = undefined; // a lost one is overtaken by the next
    if (result === "kept") {
      const last = lines.at(-1)?.sequence ?? 0;
      this.#queue = this.#queue.filter((line) => line.sequence > last); // the front may have been dropped meanwhile
    }
    if (result === "unsupported") {
      this.#unsupported = true;
      this.#queue = [];
    }
    return result !== "failed";
  }
}
