// The server's log: JSON lines on standard error, since standard output carries the ready line alone.
import { redactMembers } from "@neverland/api";
import { type Logger, pino } from "pino";
import { formatTime, systemClock } from "./clock.ts";
import { openLogOutput } from "./log-output.ts";
import { LogQueue } from "./log-queue.ts";

export type { Logger } from "pino";

/** Some ten thousand lines. */
const mostWaitingBytes = 4 * 2 ** 20;
const retryMs = 50;
const standardError = 2;

/** Writing a line never waits and never fails; lines that nobody takes are dropped, and said to be. */
export function openLog(level: string): Logger {
  const output = openLogOutput(standardError);
  const queue = new LogQueue({ output, mostBytes: mostWaitingBytes, retryMs, droppedLine });
  process.once("exit", () => queue.flush());
  const formatters = { log: redactMembers, level: (word: string) => ({ level: word }) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }, queue);
}

function droppedLine(count: number): string {
  const msg = "lines of this log were dropped, because nobody read them or the disk was full";
  return `${JSON.stringify({ level: "warn", time: formatTime(systemClock.nowMs()), event: "log-dropped", count, msg })}\n`;
}
