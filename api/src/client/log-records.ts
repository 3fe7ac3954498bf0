// A followed log on the wire: lines of JSON, so that an empty line can say "still here" while nothing is printed. HTTP
// clients give up a silent answer (Node's fetch after five minutes), and in plain text every byte would be output.
import { ApiError } from "./api-error.ts";
import { jsonLines } from "./json-lines.ts";

/** What a caller says in Accept to get it. */
export const logRecordsType = "application/x-ndjson";

/** One line: `{"text":"…\n"}`. */
export type LogRecord = { readonly text: string };

/**
 * The texts, without the signs of life.
 * @param asked What was asked for, for errors.
 * @throws {ApiError} `unavailable` when the answer breaks off.
 */
export async function* readLogRecords(
  body: ReadableStream<Uint8Array>,
  asked: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  try {
    // A server of our own sends them, so they are taken at their type.
    for await (const record of jsonLines(body)) yield (record as LogRecord).text;
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError("unavailable", `${asked} broke off: ${reason}. Ask again when the server is back.`, { cause });
  }
}
