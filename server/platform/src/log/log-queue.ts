// Log lines on their way out: bounded, in order, and never waited for by whoever writes one.
import type { LogOutput, Taken } from "./log-output.ts";

export type LogQueueOptions = {
  readonly output: LogOutput;
  /** Bytes that may wait; what comes beyond them is dropped and counted. */
  readonly mostBytes: number;
  /** When an output that was full is tried again. */
  readonly retryMs: number;
  /** The line that says how many were dropped, once there is room for it. */
  readonly droppedLine: (count: number) => string;
};

/** Nobody who reads a log sees it; a busy server makes one system call of what would be hundreds. */
const gatherMs = 10;

export class LogQueue {
  readonly #options: LogQueueOptions;
  #lines: string[] = [];
  /** What of the lines is being written. */
  #bytes: Uint8Array = new Uint8Array();
  #waitingBytes = 0;
  #dropped = 0;
  #isPumping = false;

  constructor(options: LogQueueOptions) {
    this.#options = options;
  }

  /** @param line With its line end. */
  write(line: string): void {
    if (this.#waitingBytes + line.length > this.#options.mostBytes) {
      this.#dropped += 1;
      return;
    }
    this.#waitingBytes += line.length;
    this.#lines.push(line);
    this.#pumpSoon();
  }

  /** At the end of the process: what goes out without waiting does. */
  flush(): void {
    try {
      while (this.#fill()) {
        const taken = this.#options.output.writeNow(this.#bytes);
        if (taken === "full") return;
        this.#bytes = this.#bytes.subarray(taken);
      }
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Lines of one moment go out together. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setTimeout(() => void this.#pump(), gatherMs);
  }

  async #pump(): Promise<void> {
    const { output, retryMs } = this.#options;
    while (this.#fill()) {
      const taken = await this.#take(output);
      if (taken === "full") {
        setTimeout(() => void this.#pump(), retryMs).unref();
        return;
      }
      this.#bytes = this.#bytes.subarray(taken);
    }
    this.#isPumping = false;
  }

  /** A refusal (full disk, reader gone) costs the lines that were to be written. */
  async #take(output: LogOutput): Promise<Taken> {
    try {
      return await output.write(this.#bytes);
    } catch {
      this.#dropped += Buffer.from(this.#bytes).toString().split("\n").length - 1;
      return this.#bytes.length;
    }
  }

  /** @returns False when nothing is left to be written. */
  #fill(): boolean {
    if (this.#bytes.length > 0) return true;
    if (this.#lines.length === 0) return false;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.#lines.push(this.#options.droppedLine(dropped));
    this.#bytes = Buffer.from(this.#lines.join(""));
    this.#lines = [];
    this.#waitingBytes = 0;
    return true;
  }
}
