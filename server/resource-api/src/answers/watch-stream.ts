// A watch as HTTP: one JSON object a line, for as long as the caller listens.
import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { apiVersionOf, type ObjectMeta, type Resource } from "@neverland/api";
import { onAnswerOver } from "@neverland/platform/http/answer-over.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import type { ApiContext } from "../api-context.ts";
import { toFault, toStatus } from "../wire/api-fault.ts";
import { type AnswerForm, isTable } from "../wire/negotiation.ts";
import type { AskedWatch } from "../wire/read-options.ts";
import type { RequestTarget } from "../wire/request-target.ts";
import { objectText } from "./answer-text.ts";
import { drained, sendLive } from "./send-live.ts";
import type { Lines } from "./shared-lines.ts";
import { type ShownEvent, type ShownWatch, shownWatch } from "./shown-watch.ts";
import type { IncludeObject } from "./table.ts";
import { type WholeList, wholeList } from "./whole-list.ts";

/** A watch for which the caller named no end; a little chance keeps a crowd of clients from coming back together. */
const defaultTimeoutSeconds = () => 1800 + Math.floor(Math.random() * 1800);

/** So much is sent at once: enough for one write of a burst, and no more than a few milliseconds' work. */
const most = { events: 64, bytes: 64 * 1024 };

/** What a watch sends first, found before the answer begins, so that a bad request still gets a Status. */
export type WatchStart = {
  readonly initial?: WholeList;
  readonly resourceVersion: string;
};

/** Without a version a watch begins with all there is, as if it were just added. */
export async function prepareWatch(
  context: ApiContext,
  { kind }: RequestTarget,
  { selection, resourceVersion, wantsInitial }: AskedWatch,
): Promise<WatchStart> {
  if (resourceVersion !== undefined && !wantsInitial) return { resourceVersion };
  const initial = await wholeList(context.store, kind, selection);
  return { initial, resourceVersion: initial.first.resourceVersion };
}

export type WatchAnswer = {
  readonly start: WatchStart;
  readonly form: AnswerForm;
  readonly includeObject: IncludeObject;
  readonly response: ServerResponse;
  /** Aborts when others need its slot: the watch ends as one whose time is over. */
  readonly ended: AbortSignal;
};

/** Writes the whole answer. Resolves when it has ended. @throws What ended it, which is also its last line. */
export async function streamWatch(
  context: ApiContext,
  target: RequestTarget,
  asked: AskedWatch,
  answer: WatchAnswer,
): Promise<void> {
  const { response, ended } = answer;
  const stop = new AbortController();
  const end = () => stop.abort();
  const cancel = context.clock.after((asked.timeoutSeconds ?? defaultTimeoutSeconds()) * 1000, end);
  onAnswerOver(response, end);
  const forget = onAbort(context.closing, end);
  const forgetEnded = onAbort(ended, end);
  try {
    if (stop.signal.aborted) return; // the caller hung up while the first list was made
    // In chunks, as every Kubernetes server sends it: clients that read a body of unknown length by blocks (urllib3, requests)
    // show a chunk as it comes, and anything else only once a block is full.
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache" }).flushHeaders();
    await writeEvents(context, target, asked, { ...answer, signal: stop.signal });
  } finally {
    cancel();
    forget();
    forgetEnded();
    response.end();
  }
}

async function writeEvents(
  context: ApiContext,
  target: RequestTarget,
  { selection, wantsInitial, wantsBookmarks }: AskedWatch,
  { start, form, includeObject, response, signal }: WatchAnswer & { readonly signal: AbortSignal },
): Promise<void> {
  const { initial, resourceVersion } = start;
  const told: Told = { context, target, form, includeObject, withColumns: true };
  try {
    for await (const lines of initialLines(told, initial)) {
      await sendLines(response, lines, signal);
      if (signal.aborted) return;
    }
    if (wantsInitial && wantsBookmarks) await sendLines(response, bookmark(told, resourceVersion, true), signal);
    await tellLive(told, { selection, resourceVersion, wantsBookmarks, response, signal });
  } catch (error) {
    response.write(`${JSON.stringify({ type: "ERROR", object: toStatus(toFault(error)) })}\n`);
    throw error;
  }
}

/** Of one watch, what says how its lines look. */
type Told = {
  readonly context: ApiContext;
  readonly target: RequestTarget;
  readonly form: AnswerForm;
  readonly includeObject: IncludeObject;
  /** Of tables only the first has columns, as of Kubernetes' own. */
  withColumns: boolean;
};

/** Everything there is, in turns with all others who ask for much. */
async function* initialLines(told: Told, initial: WholeList | undefined): AsyncGenerator<Lines, void> {
  const { turns } = told.context;
  let lines: Lines | undefined;
  for (let page = initial?.first; page !== undefined; ) {
    for (const object of page.items) {
      if (lines === undefined) await turns.next();
      lines = withEvent(told, lines, { type: "added", object });
      if (!isFullLoad(lines)) continue;
      yield lines;
      lines = undefined;
    }
    page = page.continueToken === undefined ? undefined : await initial?.more?.(page.continueToken);
  }
  if (lines !== undefined) yield lines;
}

type Live = {
  readonly selection: AskedWatch["selection"];
  readonly resourceVersion: string;
  readonly wantsBookmarks: boolean;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
};

/**
 * What happens from now on, without a promise for each event: thousands of watches are told of one change, in turns.
 * Resolves when the watch is over. @throws What it fails with.
 */
function tellLive(told: Told, { selection, resourceVersion, wantsBookmarks, response, signal }: Live): Promise<void> {
  const { store, turns } = told.context;
  const showsViews = isTable(told.form) && told.context.machineViews !== undefined;
  const watch = shownWatch(store, told.target.kind, { selection, resourceVersion, signal }, showsViews);
  return new Promise((resolve, reject) => {
    const tellInTurn = (): void => turns.run(tell, true);
    const tell = (): void => {
      const { lines, failure } = takeLines(told, watch, wantsBookmarks);
      if (signal.aborted) return; // and resolved
      const wire = wireOf(response);
      const isTaken = lines === undefined || wire.write(onWire(response, lines));
      if (failure !== undefined) reject(failure.error);
      else if (!isTaken) drained(wire, signal).then(tellInTurn, reject);
      else if (isFullLoad(lines)) tellInTurn();
      else if (watch.isOver) resolve();
      else watch.onNews(tellInTurn);
    };
    onAbort(signal, resolve);
    tell();
  });
}

/**
 * Where all lines are written: the head of the answer is out, and a chunk is framed for all its watchers at once, so the connection is
 * written to without more ado. What the answer itself is given it keeps until the end of the turn, and lines that were written past it
 * would come first. The connection is not this answer's yet while one before it goes on.
 */
function wireOf(response: ServerResponse): Writable {
  return response.socket ?? response;
}

/** HTTP/1.0 knows no chunks. */
function onWire(response: ServerResponse, lines: Lines): Buffer {
  return response.socket !== null && response.chunkedEncoding ? lines.chunk : lines.bytes;
}

async function sendLines(response: ServerResponse, lines: Lines, signal: AbortSignal): Promise<void> {
  await sendLive(wireOf(response), onWire(response, lines), signal);
}

type Taken = { readonly lines: Lines | undefined; readonly failure?: { readonly error: unknown } };

/** What there is to tell, as much as is told at once. */
function takeLines(told: Told, watch: ShownWatch, wantsBookmarks: boolean): Taken {
  let lines: Lines | undefined;
  try {
    while (!isFullLoad(lines)) {
      const event = watch.take();
      if (event === undefined) break;
      if (event.type !== "bookmark") lines = withEvent(told, lines, event);
      else if (wantsBookmarks) lines = bookmark(told, event.resourceVersion, false, lines);
    }
    return { lines };
  } catch (error) {
    return { lines, failure: { error } };
  }
}

function isFullLoad(lines: Lines | undefined): boolean {
  return lines !== undefined && (lines.count >= most.events || lines.sizeBytes >= most.bytes);
}

type ObjectEvent = Exclude<ShownEvent, { type: "bookmark" }>;

const types = { added: "ADDED", modified: "MODIFIED", deleted: "DELETED" } as const;

function withEvent(told: Told, before: Lines | undefined, event: ObjectEvent): Lines {
  const { form, includeObject, withColumns, context } = told;
  const nowMs = context.clock.nowMs();
  told.withColumns = false;
  // Rows have ages in them, which are the same within a second.
  const cells = `${Math.floor(nowMs / 1000)} ${event.view?.metadata.resourceVersion ?? ""}`;
  const rows = isTable(form) ? `${includeObject} ${withColumns} ${cells}` : "";
  const text = () => textOf(told, event.object, withColumns, nowMs, event.view);
  const make = () => `{"type":"${types[event.type]}","object":${text()}}\n`;
  return context.lines.after(before, event.object, `${event.type} ${form} ${rows}`, make);
}

function bookmark(told: Told, resourceVersion: string, isInitialEnd: boolean, before?: Lines): Lines {
  const { context, withColumns, target } = told;
  told.withColumns = false;
  const object = bookmarkOf(target, resourceVersion, isInitialEnd);
  const make = () => `{"type":"BOOKMARK","object":${textOf(told, object, withColumns, context.clock.nowMs())}}\n`;
  return context.lines.after(before, object, "", make);
}

function textOf(
  { context, target, form, includeObject }: Told,
  object: Resource,
  hasColumns: boolean,
  nowMs: number,
  view?: Resource,
): string {
  const machineViews = view === undefined ? context.machineViews : { of: () => view };
  return objectText({ kind: target.kind, form, includeObject, nowMs, machineViews }, object, hasColumns);
}

/** In a table it is a row without values, whose object has the annotation: so are Kubernetes' own. */
function bookmarkOf({ kind }: RequestTarget, resourceVersion: string, isInitialEnd: boolean): Resource {
  const annotations = isInitialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  const metadata: Partial<ObjectMeta> = { resourceVersion, creationTimestamp: null, ...annotations };
  // A bookmark is an object of which there is nothing but the version.
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: metadata as ObjectMeta };
}
