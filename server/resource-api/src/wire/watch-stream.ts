// A watch as HTTP: one JSON object a line, for as long as the caller listens.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { apiVersionOf, type ObjectMeta, type Resource } from "@neverland/api";
import type { WatchEvent } from "@neverland/store/resource-store.ts";
import type { ApiContext } from "../api-context.ts";
import { toFault, toStatus } from "./api-fault.ts";
import type { AnswerForm } from "./negotiation.ts";
import type { RequestQuery } from "./request-query.ts";
import type { RequestTarget } from "./request-target.ts";
import { type IncludeObject, toPartial, toTable } from "./table.ts";

/** A watch for which the caller named no end; a little chance keeps a crowd of clients from coming back together. */
const defaultTimeoutSeconds = () => 1800 + Math.floor(Math.random() * 1800);

type Line = { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR"; readonly object: unknown };
type Shape = { readonly form: AnswerForm; readonly includeObject: IncludeObject };

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

/** Writes the whole answer. Resolves when it has ended; a fault is its last line. */
export async function streamWatch(
  context: ApiContext,
  target: RequestTarget,
  query: RequestQuery,
  { start, form, response }: { start: WatchStart; form: AnswerForm; response: ServerResponse },
): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  const cancel = context.clock.after((query.number("timeoutSeconds") || defaultTimeoutSeconds()) * 1000, end);
  response.once("close", end);
  context.closing.addEventListener("abort", end, { once: true });
  try {
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache" }).flushHeaders();
    for await (const line of lines(context, target, query, { start, form, signal: stop.signal }))
      await send(response, line, stop.signal);
  } finally {
    cancel();
    context.closing.removeEventListener("abort", end);
    response.end();
  }
}

async function* lines(
  context: ApiContext,
  target: RequestTarget,
  query: RequestQuery,
  { start, form, signal }: { start: WatchStart; form: AnswerForm; signal: AbortSignal },
): AsyncGenerator<Line> {
  const shape = shaper(context, target, { form, includeObject: query.includeObject });
  for (const object of start.initial) yield { type: "ADDED", object: shape(object) };
  const bookmark = (resourceVersion: string, isInitialEnd: boolean): Line => ({
    type: "BOOKMARK",
    object: shape(bookmarkOf(target, resourceVersion, isInitialEnd)),
  });
  if (start.isFull && query.flag("allowWatchBookmarks")) yield bookmark(start.resourceVersion, true);
  try {
    const selection = query.selection(target);
    const events = context.store.watch(target.kind, { ...selection, resourceVersion: start.resourceVersion, signal });
    for await (const event of events) {
      if (event.type !== "bookmark") yield { type: typeOf(event), object: shape(event.object) };
      else if (query.flag("allowWatchBookmarks")) yield bookmark(event.resourceVersion, false);
    }
  } catch (error) {
    yield { type: "ERROR", object: toStatus(toFault(error)) };
  }
}

function typeOf({ type }: Exclude<WatchEvent, { type: "bookmark" }>): Line["type"] {
  return ({ added: "ADDED", modified: "MODIFIED", deleted: "DELETED" } as const)[type];
}

/** Of tables only the first has columns, as of Kubernetes' own. */
function shaper(context: ApiContext, { kind }: RequestTarget, { form, includeObject }: Shape) {
  let withColumns = true;
  return (object: Resource): unknown => {
    if (form === "object") return object;
    if (form === "partial") return toPartial(object);
    const table = toTable(kind, [object], { nowMs: context.clock.nowMs(), includeObject, withColumns });
    withColumns = false;
    return { ...table, metadata: { resourceVersion: object.metadata.resourceVersion } };
  };
}

/** In a table it is a row without values, whose object has the annotation: so are Kubernetes' own. */
function bookmarkOf({ kind }: RequestTarget, resourceVersion: string, isInitialEnd: boolean): Resource {
  const annotations = isInitialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  const metadata: Partial<ObjectMeta> = { resourceVersion, creationTimestamp: null, ...annotations };
  // A bookmark is an object of which there is nothing but the version.
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: metadata as ObjectMeta };
}

/** Waits while the caller does not read, so that nothing piles up here. */
async function send(response: ServerResponse, line: Line, signal: AbortSignal): Promise<void> {
  if (response.write(`${JSON.stringify(line)}\n`)) return;
  await once(response, "drain", { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
