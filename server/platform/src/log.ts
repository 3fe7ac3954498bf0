// The server's log: JSON lines on standard error, since standard output carries the ready line alone.
import { destination, type Logger, pino } from "pino";

export type { Logger } from "pino";

export function openLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ dest: 2, sync: true }));
}
