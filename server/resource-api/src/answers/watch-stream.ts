// A watch as HTTP: one JSON object a line, for as long as the caller listens.

import type { ServerResponse } from "node:http";
import { apiVersionOf, type ObjectMeta, type Resource } from "@neverland/api";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import type { WatchEvent } from "@neverland/store/resource-store.ts";
import type { ApiContext } from "../api-context.ts";
import { toFault, toStatus } from "../wire/api-fault.ts";
import type { AnswerForm } from "../wire/negotiation.ts";
import type { RequestQuery } from "../wire/request-query.ts";
import type { RequestTarget } from "../wire/request-target.ts";
import { objectText } from "./answer-text.ts";
import { sendLive } from "./send-live.ts";
import type { IncludeObject } from "./table.ts";

/** A watch for which the caller named no end; a little chance keeps a crowd of clients from coming back together. */
const defaultTimeoutSeconds = () => 1800 + Math.floor(Math.random() * 1800);

/** What a watch sends first, found before the answer begins, so that a bad request still gets a Status. */
export type WatchStart = {
  readonly initial: readonly Resource[];
  readonly resourceVersion: string;
  readonly isFull: boolean;
};

/** Without a version a watch begins with all there is, as if it were just added. */
export async function prepareWatch(
  context: ApiContext,
  target: RequestTarget,
  query: RequestQuery,
): Promise<WatchStart> {
  const asked = query.flag("sendInitialEvents");
  const resourceVersion = query.resourceVersion;
  if (resourceVersion !== undefined && !asked) return { initial: [], resourceVersion, isFull: false };
  const list = await context.store.list(target.kind, query.selection(target));
  return { initial: list.items, resourceVersion: list.resourceVersion, isFull: asked };
}

export type WatchAnswer = { readonly start: WatchStart; readonly form: AnswerForm; readonly response: ServerResponse };

/** Writes the whole answer. Resolves when it has ended; a fault is its last line. */
export async function streamWatch(
  context: ApiContext,
  target: RequestTarget,
  query: RequestQuery,
  answer: WatchAnswer,
): Promise<void> {
  const { response } = answer;
  const stop = new AbortController();
  const end = () => stop.abort();
  const cancel = context.clock.after((query.number("timeoutSeconds") || defaultTimeoutSeconds()) * 1000, end);
  response.once("close", end);
  const forget = onAbort(context.closing, end);
  try {
    // A watch ends with its connection: without the frame of a chunk around it a line is one plain write, for each watcher.
    // Who is cut off goes on from the last version that was read, so nothing is lost by not telling one end from the other.
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache" }).flushHeaders();
    await writeEvents(context, target, query, { ...answer, signal: stop.signal });
  } finally {
    cancel();
    forget();
    response.end();
  }
}

async function writeEvents(
  context: ApiContext,
  target: RequestTarget,
  query: RequestQuery,
  { start, form, response, signal }: WatchAnswer & { readonly signal: AbortSignal },
): Promise<void> {
  const write = lineWriter(context, target, { form, includeObject: query.includeObject, response, signal });
  const wantsBookmarks = query.flag("allowWatchBookmarks");
  try {
    for (const object of start.initial) await write.event({ type: "added", object });
    if (start.isFull && wantsBookmarks) await write.bookmark(start.resourceVersion, true);
    const selection = query.selection(target);
    const events = context.store.watch(target.kind, { ...selection, resourceVersion: start.resourceVersion, signal });
    for await (const event of events) {
      if (event.type !== "bookmark") await write.event(event);
      else if (wantsBookmarks) await write.bookmark(event.resourceVersion, false);
    }
  } catch (error) {
    response.write(`${JSON.stringify({ type: "ERROR", object: toStatus(toFault(error)) })}\n`);
  }
}

type ObjectEvent = Exclude<WatchEvent, { type: "bookmark" }>;
type LineForm = {
  readonly form: AnswerForm;
  readonly includeObject: IncludeObject;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
};

const types = { added: "ADDED", modified: "MODIFIED", deleted: "DELETED" } as const;

/** Of tables only the first has columns, as of Kubernetes' own. */
function lineWriter(
  { clock, lines }: ApiContext,
  target: RequestTarget,
  { form, includeObject, response, signal }: LineForm,
) {
  let withColumns = true;
  const textOf = (object: Resource, hasColumns: boolean, nowMs: number) =>
    objectText({ kind: target.kind, form, includeObject, nowMs }, object, hasColumns);
  const put = async (line: Buffer): Promise<void> => {
    if (!signal.aborted) await sendLive(response, line, signal);
  };
  return {
    async event(event: ObjectEvent): Promise<void> {
      const nowMs = clock.nowMs();
      const hasColumns = withColumns;
      withColumns = false;
      // Rows have ages in them, which are the same within a second.
      const name = form === "table" ? `table ${includeObject} ${hasColumns} ${Math.floor(nowMs / 1000)}` : form;
      const make = () => `{"type":"${types[event.type]}","object":${textOf(event.object, hasColumns, nowMs)}}\n`;
      await put(lines.of(event, name, make));
    },
    async bookmark(resourceVersion: string, isInitialEnd: boolean): Promise<void> {
      const text = textOf(bookmarkOf(target, resourceVersion, isInitialEnd), withColumns, clock.nowMs());
      withColumns = false;
      await put(Buffer.from(`{"type":"BOOKMARK","object":${text}}\n`));
    },
  };
}

/** In a table it is a row without values, whose object has the annotation: so are Kubernetes' own. */
function bookmarkOf({ kind }: RequestTarget, resourceVersion: string, isInitialEnd: boolean): Resource {
  const annotations = isInitialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  const metadata: Partial<ObjectMeta> = { resourceVersion, creationTimestamp: null, ...annotations };
  // A bookmark is an object of which there is nothing but the version.
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: metadata as ObjectMeta };
}
