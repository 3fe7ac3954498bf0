// The end of an action's output, for its report.

import { messageLimitBytes } from "../outcome.ts";

/** Keeps the newest lines, at most 4 KiB of them. */
export class LastLines {
  #lines: string[];
  #sizeBytes: number;

  constructor(lines: readonly string[] = []) {
    this.#lines = [...lines];
    this.#sizeBytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#sizeBytes += Buffer.byteLength(line) + 1;
    while (this.#sizeBytes > messageLimitBytes && this.#lines.length > 1)
      this.#sizeBytes -= Buffer.byteLength(this.#lines.shift() ?? "") + 1;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
