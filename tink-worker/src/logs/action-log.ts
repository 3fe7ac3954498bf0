// All that happens to one action's output: numbered lines to our own log, to the server, and to the end of its report.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { OutputChunk } from "../container/container-runtime.ts";
import { LastLines } from "./last-lines.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { LogLine, LogStream } from "./log-line.ts";
import type { LogShipper } from "./log-shipper.ts";

export type ActionLogDeps = {
  readonly nowMs: () => number;
  readonly print: (line: LogLine) => void;
  readonly shipper: LogShipper;
  /** Where the end of the output outlives the worker. */
  readonly stateFile: string;
};

const saveEveryMs = 250;

export class ActionLog {
  readonly #deps: ActionLogDeps;
  readonly #splitters: Readonly<Record<LogStream, LineSplitter>> = {
    stdout: new LineSplitter(),
    stderr: new LineSplitter(),
  };
  readonly #last: LastLines;
  #sequence: number;
  #savedMs = 0;

  constructor(deps: ActionLogDeps) {
    this.#deps = deps;
    const { sequence, lines } = readState(deps.stateFile);
    this.#sequence = sequence;
    this.#last = new LastLines(lines);
  }

  get lastLines(): readonly string[] {
    return this.#last.lines;
  }

  /** Takes all output until it ends. */
  async take(output: AsyncIterable<OutputChunk>): Promise<void> {
    for await (const { stream, bytes } of output) {
      for (const text of this.#splitters[stream].push(bytes)) this.#line(stream, text);
      this.#save(false);
    }
    for (const stream of ["stdout", "stderr"] as const)
      for (const text of this.#splitters[stream].end()) this.#line(stream, text);
    this.#save(true);
  }

  /** Gives what the server has not got yet until `deadline` to be sent. */
  async end(deadline: AbortSignal): Promise<void> {
    await this.#deps.shipper.end(deadline);
  }

  #line(stream: LogStream, text: string): void {
    const line: LogLine = { timeMs: this.#deps.nowMs(), stream, text, sequence: ++this.#sequence };
    this.#last.push(text);
    this.#deps.print(line);
    this.#deps.shipper.push(line);
  }

  #save(now: boolean): void {
    const nowMs = this.#deps.nowMs();
    if (!now && Math.abs(nowMs - this.#savedMs) < saveEveryMs) return;
    this.#savedMs = nowMs;
    const aside = `${this.#deps.stateFile}.new`;
    writeFileSync(aside, JSON.stringify({ sequence: this.#sequence, lines: this.#last.lines }), { mode: 0o600 });
    renameSync(aside, this.#deps.stateFile);
  }
}

function readState(path: string): { sequence: number; lines: readonly string[] } {
  try {
    return JSON.parse(readFileSync(path, "utf8")); // only we write it
  } catch {
    return { sequence: 0, lines: [] }; // the first life of this action
  }
}
