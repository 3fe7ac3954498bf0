// Sends lines to the server in batches while the action runs: a bounded queue that never makes the action wait.

import type { LogLine } from "./log-line.ts";

/** `kept`: stored. `unsupported`: this server takes no logs, do not ask again. `failed`: ask again later. */
export type BatchResult = "kept" | "unsupported" | "failed";

export type LogShipperDeps = {
  readonly send: (lines: readonly LogLine[], droppedLines: number, signal: AbortSignal) => Promise<BatchResult>;
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
  #wake: () => void = () => {};
  #ended = false;

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

  /** Sends what is left, for as long as `deadline` lets it. */
  async end(deadline: AbortSignal): Promise<void> {
    this.#ended = true;
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
      if (this.#queue.length === 0 && this.#ended) return;
      if (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      if (!this.#ended || failures > 0) await this.#deps.pause(failures, signal).catch(() => {}); // the loop looks at the signal
      if (signal.aborted || this.#queue.length === 0) continue;
      failures = (await this.#sendBatch(signal)) ? 0 : failures + 1;
    }
  }

  async #sendBatch(signal: AbortSignal): Promise<boolean> {
    const batch = this.#queue.slice(0, batchLimitLines);
    const result = await this.#deps.send(batch, this.#dropped, signal);
    if (result === "kept") {
      const last = batch.at(-1)?.sequence ?? 0;
      this.#queue = this.#queue.filter((line) => line.sequence > last); // the front may have been dropped meanwhile
    }
    if (result === "unsupported") {
      this.#unsupported = true;
      this.#queue = [];
    }
    return result !== "failed";
  }
}
