// Asks the server, while an action runs, whether it is to stop. Short actions are over before the first question.

import { setTimeout } from "node:timers/promises";
import type { Action } from "./action.ts";
import type { ServerPort } from "./server/server-port.ts";

/** The server wants the action ended; the message says why. */
export class StopRequested extends Error {
  override readonly name = "StopRequested";
}

const firstAskMs = 2000;
/** Between two questions to a server that cannot be asked, or that answers at once. */
const askAgainMs = 5000;

export type StopWatch = {
  /** Aborts with {@link StopRequested}, or when the worker is to end. */
  readonly signal: AbortSignal;
  /** To be called when the action is over. */
  readonly end: () => void;
};

export function watchForStop(
  action: Action,
  server: Pick<ServerPort, "awaitStop">,
  worker: AbortSignal,
  times = { firstAskMs, askAgainMs },
): StopWatch {
  const stop = new AbortController();
  const over = new AbortController();
  const asking = AbortSignal.any([worker, over.signal]);
  void ask(action, server, asking, times).then((why) => {
    if (why !== undefined) stop.abort(new StopRequested(why));
  });
  return { signal: AbortSignal.any([worker, stop.signal]), end: () => over.abort() };
}

/** @returns Why the action is to stop; `undefined` when nobody wants to know any more, or the server has no such call. */
async function ask(
  action: Action,
  server: Pick<ServerPort, "awaitStop">,
  signal: AbortSignal,
  times: { readonly firstAskMs: number; readonly askAgainMs: number },
): Promise<string | undefined> {
  await sleep(times.firstAskMs, signal);
  while (!signal.aborted) {
    const askedMs = performance.now();
    const answer = await server.awaitStop(action, signal).catch(() => ({ kind: "failed" }) as const);
    if (answer.kind === "stop") return answer.why;
    if (answer.kind === "unsupported") return undefined;
    const waitMs = times.askAgainMs - (performance.now() - askedMs);
    if (waitMs > 0) await sleep(waitMs, signal);
  }
  return undefined;
}

/** Resolves early when the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
