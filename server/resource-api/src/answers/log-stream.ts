// A workflow's log as HTTP: plain text for people, or lines of JSON with signs of life for programs that follow it.
import type { ServerResponse } from "node:http";
import { type LogRecord, logRecordsType } from "@neverland/api";
import type { ActionLogQuery, ActionLogs } from "@neverland/component-kit/lent-ports.ts";
import { onAnswerOver } from "@neverland/platform/http/answer-over.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import type { ApiContext } from "../api-context.ts";
import type { NamedTarget } from "../wire/request-target.ts";
import { sendLive } from "./send-live.ts";

export type LogStream = {
  readonly logs: ActionLogs;
  readonly query: Omit<ActionLogQuery, "signal">;
  /** The request's header. */
  readonly accept: string | undefined;
  readonly response: ServerResponse;
};

/** Writes the whole answer. Resolves when it has ended: by itself, by the caller, or because the server stops. @throws What the logs do. */
export async function streamLog(
  { clock, closing, limits }: ApiContext,
  { namespace, name }: NamedTarget,
  { logs, query, accept, response }: LogStream,
): Promise<void> {
  const asRecords = accept?.includes(logRecordsType) === true;
  const stop = new AbortController();
  const end = () => stop.abort();
  onAnswerOver(response, end);
  const forget = onAbort(closing, end);
  let cancelBeat = () => {};
  const beat = () => {
    response.write("\n");
    cancelBeat = clock.after(limits.logBeatMs, beat);
  };
  try {
    if (stop.signal.aborted) return; // the caller hung up before
    const type = asRecords ? logRecordsType : "text/plain; charset=utf-8";
    // At once: a log may have nothing to say for longer than a caller waits for headers.
    response.writeHead(200, { "content-type": type, "cache-control": "no-cache" }).flushHeaders();
    if (asRecords) cancelBeat = clock.after(limits.logBeatMs, beat);
    for await (const text of logs.read({ namespace, name }, { ...query, signal: stop.signal }))
      await sendLive(response, asRecords ? `${JSON.stringify({ text } satisfies LogRecord)}\n` : text, stop.signal);
    response.end();
  } catch (error) {
    // The status is out: only a broken connection can say now that this is not the whole log.
    response.destroy();
    if (!stop.signal.aborted) throw error;
  } finally {
    cancelBeat();
    forget();
  }
}
