// An action's lines: JSON for programs, or text for people.

type Fields = Readonly<Record<string, string | number | boolean>>;

export type ActionLog = {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
};

type LogDeps = { readonly write: (line: string) => void; readonly nowMs: () => number };

/** One line per message: `{"time":…,"level":"INFO","msg":…}`, or `time INFO message key=value`. */
export function createLog(format: "json" | "text", { write, nowMs }: LogDeps): ActionLog {
  const line = (level: string, msg: string, fields: Fields = {}): void => {
    const time = new Date(nowMs()).toISOString();
    const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${value}`);
    write(
      format === "json"
        ? `${JSON.stringify({ time, level, msg, ...fields })}\n`
        : `${time} ${level} ${msg}${pairs.join("")}\n`,
    );
  };
  return {
    info: (message, fields) => line("INFO", message, fields),
    warn: (message, fields) => line("WARN", message, fields),
    error: (message, fields) => line("ERROR", message, fields),
  };
}
