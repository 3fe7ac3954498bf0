// A line of output as people read it: programs that log in JSON, our own actions among them, would fill a sentence with braces and quotes.

type Line = { readonly level?: unknown; readonly severity?: unknown; readonly [key: string]: unknown };

const messageKeys = ["msg", "message"] as const;
/** Said elsewhere (when), or of no use to who reads one line. */
const leftOut: ReadonlySet<string> = new Set(["time", "timestamp", "ts", "level", "severity", "msg", "message"]);
const usualLevels: ReadonlySet<string> = new Set(["info", "debug", "trace"]);

/** @returns `ERROR message key=value` of a JSON object with a message; any other line as it is. */
export function lineInWords(line: string): string {
  const fields = objectOf(line);
  const message = messageKeys.map((key) => fields?.[key]).find((value) => typeof value === "string" && value !== "");
  if (fields === undefined || message === undefined) return line;
  const level = fields.level ?? fields.severity;
  const isLevelSaid = typeof level === "string" && !usualLevels.has(level.toLowerCase());
  const pairs = Object.entries(fields).filter(([key]) => !leftOut.has(key));
  const words = [
    ...(isLevelSaid ? [level.toUpperCase()] : []),
    oneLine(String(message)),
    ...pairs.map(([key, value]) => `${key}=${typeof value === "string" ? oneLine(value) : JSON.stringify(value)}`),
  ];
  return words.join(" ");
}

function objectOf(line: string): Line | undefined {
  if (!line.startsWith("{") || !line.endsWith("}")) return undefined;
  try {
    return JSON.parse(line) as Line; // what begins with a brace is an object
  } catch {
    return undefined; // cut short, or no JSON: shown as it is
  }
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ").trim();
