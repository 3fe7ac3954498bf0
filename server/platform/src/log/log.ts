// The server's log: JSON lines on standard error, since standard output carries the ready line alone.
import { redactMembers } from "@neverland/api";
import { type Logger, pino } from "pino";
import { formatTime, systemClock } from "../time/clock.ts";
import { openLogOutput } from "./log-output.ts";
import { LogQueue } from "./log-queue.ts";

export type { Logger } from "pino";

/** Some ten thousand lines. */
const mostWaitingBytes = 4 * 2 ** 20;
const retryMs = 50;
const standardError = 2;
/** DEL and C1, line separators, and what turns the direction of writing. */
const obeyed = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export type Log = {
  /** Writing a line never waits and never fails; lines that nobody takes are dropped, and said to be. */
  readonly log: Logger;
  /** As `log.info` of members alone, at a third of its cost: for what a hall that starts makes by the ten thousand. */
  readonly note: (members: Record<string, unknown>) => void;
  /** For the end of the process: writes what can be written without waiting. */
  readonly flush: () => void;
};

export function openLog(level: string): Log {
  const output = openLogOutput(standardError);
  const queue = new LogQueue({ output, mostBytes: mostWaitingBytes, retryMs, droppedLine });
  const formatters = { log: redactMembers, level: (word: string) => ({ level: word }) };
  const stream = { write: (line: string) => queue.write(visible(line)) };
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }, stream);
  const note = (members: Record<string, unknown>): void => {
    if (!log.isLevelEnabled("info")) return;
    const line = { level: "info", time: formatTime(systemClock.nowMs()), ...redactMembers(members) };
    stream.write(`${JSON.stringify(line)}\n`);
  };
  return { log, note, flush: () => queue.flush() };
}

/** JSON escapes line ends and ESC; the other characters that a terminal obeys it lets stand, and they are only ever within its texts. */
function visible(line: string): string {
  return line.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function droppedLine(count: number): string {
  const msg = "lines of this log were dropped, because nobody read them or the disk was full";
  return `${JSON.stringify({ level: "warn", time: formatTime(systemClock.nowMs()), event: "log-dropped", count, msg })}\n`;
}
