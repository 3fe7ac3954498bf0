// The worker's own log: one JSON object a line.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `event` is a fixed name; what varies is in the fields. */
export type Log = (event: string, fields?: LogFields) => void;

export function jsonLog(write: (line: string) => void, nowMs: () => number): Log {
  return (event, fields = {}) =>
    write(`${JSON.stringify({ time: new Date(nowMs()).toISOString(), event, ...fields })}\n`);
}
