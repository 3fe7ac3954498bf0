// The server's log: JSON lines on standard error, since standard output carries the ready line alone.
import { redactMembers } from "@neverland/api";
import { destination, type Logger, pino } from "pino";

export type { Logger } from "pino";

export function openLog(level: string): Logger {
  const formatters = { log: redactMembers };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters };
  return pino(options, destination({ dest: 2, sync: true }));
}
