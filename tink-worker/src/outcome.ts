// How an action ended, and the words in which the server hears of it.

import { lineInWords } from "./logs/line-in-words.ts";
import { WorkerError } from "./worker-error.ts";

type OutcomeState = "SUCCESS" | "FAILED" | "TIMEOUT";

/** Times are Unix milliseconds. `message` is at most 4 KiB of UTF-8. */
export type Outcome = {
  readonly state: OutcomeState;
  readonly startMs: number;
  readonly stopMs: number;
  readonly message: string;
};

export const messageLimitBytes = 4096;

/** One sentence, then the last lines of output; when both are too long, the oldest output goes first. */
export function outcomeMessage(sentence: string, lastLines: readonly string[]): string {
  const head = clip(sentence, messageLimitBytes);
  if (lastLines.length === 0) return head;
  const title = "\nLast lines of output:";
  let room = messageLimitBytes - Buffer.byteLength(head) - Buffer.byteLength(title);
  const kept: string[] = [];
  for (const line of lastLines.map(lineInWords).toReversed()) {
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    kept.unshift(line);
  }
  return kept.length === 0 ? head : [head + title, ...kept].join("\n");
}

function clip(text: string, limitBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limitBytes) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, limitBytes - 6)).replace(/\ufffd+$/, "")}...`;
}

const signalNames = new Map([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [6, "SIGABRT"],
  [9, "SIGKILL"],
  [11, "SIGSEGV"],
  [15, "SIGTERM"],
]);

/** What an exit code says, with the shell's meaning of codes over 128. */
export function exitSentence(exitCode: number, durationMs: number): string {
  const signal = signalNames.get(exitCode - 128);
  const why = signal === undefined ? "" : ` (ended by ${signal})`;
  return `The action ended with exit code ${exitCode}${why} after ${formatDuration(durationMs)}.`;
}

/** The two most significant units, as agents have always written it: `1h2m`, `1m2s`, `12s`, `340ms`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.floor(durationMs))}ms`;
  const seconds = Math.floor(durationMs / 1000);
  const units: readonly (readonly [string, number])[] = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["m", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  return units
    .slice(first, first + 2)
    .map(([unit, count]) => (count === 0 ? "" : `${count}${unit}`))
    .join("");
}

/** A failure before or beside the container, as an outcome. */
export function failedOutcome(error: unknown, startMs: number, stopMs: number): Outcome {
  const sentence = error instanceof Error ? error.message : String(error);
  const known = error instanceof WorkerError || (error instanceof Error && error.name === "OciError");
  return {
    state: "FAILED",
    startMs,
    stopMs,
    message: outcomeMessage(known ? sentence : `The worker failed: ${sentence}`, []),
  };
}
