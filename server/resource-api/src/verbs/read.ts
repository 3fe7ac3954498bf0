// The verbs that read: get, list, watch, and the log of actions.
import type { Resource } from "@neverland/api";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import { streamLog } from "../answers/log-stream.ts";
import { answerWithoutWebSocket, asksForWebSocket } from "../answers/no-web-socket.ts";
import { watcherOf } from "../answers/watch-slots.ts";
import { prepareWatch, streamWatch } from "../answers/watch-stream.ts";
import { wholeList } from "../answers/whole-list.ts";
import type { ApiContext } from "../api-context.ts";
import { ApiFault, notFound } from "../wire/api-fault.ts";
import { checkGetVersion, mustBeOf } from "../wire/list-version.ts";
import { mustBeLines } from "../wire/negotiation.ts";
import { readListOptions, readWatchOptions } from "../wire/read-options.ts";
import type { NamedTarget, RequestTarget } from "../wire/request-target.ts";
import { answer, type Exchange, sendList } from "./exchange.ts";

export async function get(exchange: Exchange, target: NamedTarget): Promise<void> {
  checkGetVersion(exchange.query);
  await answer(exchange, target.kind, await mustGet(exchange.context, target));
}

export async function list(exchange: Exchange, target: RequestTarget): Promise<void> {
  const { context, query } = exchange;
  const { version, isPage, options } = readListOptions(query, target);
  const found = isPage
    ? { first: await context.store.list(target.kind, options) }
    : await wholeList(context.store, target.kind, options);
  mustBeOf(version, found.first);
  await sendList(exchange, target.kind, found);
}

export async function watch(exchange: Exchange, target: RequestTarget): Promise<void> {
  const { context, slots, request, reply, query, form, includeObject } = exchange;
  if (asksForWebSocket(request.headers)) return answerWithoutWebSocket(reply);
  mustBeLines(exchange.media);
  const asked = readWatchOptions(query, target);
  // Before the first list, which may be of every machine there is: one that is refused costs nothing.
  const { ended, release } = slots.take(watcherOf(request));
  try {
    const start = await prepareWatch(context, target, asked);
    reply.hijack();
    await streamWatch(context, target, asked, { start, form, includeObject, response: reply.raw, ended });
  } finally {
    release();
  }
}

export async function followLog(exchange: Exchange, target: NamedTarget): Promise<void> {
  const { context, slots, request, reply, query } = exchange;
  const { actionLogs } = context;
  const previous = query.flag("previous");
  const isKept = actionLogs?.hasDeleted(target) === true;
  if (previous && actionLogs && !isKept)
    throw new ApiFault("NotFound", `no output is kept of a ${target.kind.singular} "${target.name}" that was deleted`);
  if (!previous && !isKept) await mustGet(context, target);
  if (!actionLogs) throw new ApiFault("ServiceUnavailable", "This server keeps no logs of actions");
  const tailLines = query.number("tailLines");
  const action = query.text("action");
  const wanted = {
    follow: query.flag("follow"),
    ...(action && { action }),
    ...(tailLines !== undefined && { tailLines }),
    ...(previous && { previous }),
  };
  if (wanted.follow && asksForWebSocket(request.headers)) return answerWithoutWebSocket(reply);
  const { ended, release } = slots.take(watcherOf(request));
  // Broken off: by a proper end its reader would take it for whole.
  const forget = onAbort(ended, () => reply.raw.destroy());
  try {
    reply.hijack();
    await streamLog(context, target, {
      logs: actionLogs,
      query: wanted,
      accept: request.headers.accept,
      response: reply.raw,
    });
  } finally {
    forget();
    release();
  }
}

async function mustGet({ store }: ApiContext, { kind, namespace, name }: NamedTarget): Promise<Resource> {
  const object = await store.get(kind, { namespace, name });
  if (!object) throw notFound(kind, name);
  return object;
}
