// A watch that goes on: over lost connections and server restarts from where it was, and over gaps by listing anew.
import { ApiError, readStatus, toApiError } from "./api-error.ts";

/** What is watched: objects, or tables of them. */
export type Versioned = { readonly metadata: { readonly resourceVersion: string } };

export type ClientWatchEvent<R extends Versioned> =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: R }
  /** Nothing up to this version was missed. */
  | { readonly type: "bookmark"; readonly resourceVersion: string }
  /** All there is: at the start when no version was given, and again after a gap. What is not in it is gone. */
  | { readonly type: "synced"; readonly items: readonly R[]; readonly resourceVersion: string };

export type WatchPort<R extends Versioned> = {
  readonly list: () => Promise<{ readonly items: R[]; readonly resourceVersion: string }>;
  /** The lines of one request. @throws {ApiError} */
  readonly open: (resourceVersion: string) => Promise<AsyncIterable<unknown>>;
  /** Resolves after that time, or when the signal aborts. */
  readonly pause: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
};

const firstPauseMs = 200;
const longestPauseMs = 10_000;

/** Ends without error when `signal` aborts. @throws {ApiError} When trying again cannot help: no token, bad request. */
export async function* watchLoop<R extends Versioned>(
  port: WatchPort<R>,
  from: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ClientWatchEvent<R>, void> {
  let resourceVersion = from;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (resourceVersion === undefined) {
        const list = await port.list();
        resourceVersion = list.resourceVersion;
        yield { type: "synced", ...list };
      }
      for await (const line of await port.open(resourceVersion)) {
        const event = toEvent<R>(line);
        failures = 0;
        resourceVersion = event.type === "bookmark" ? event.resourceVersion : event.object.metadata.resourceVersion;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.code === "gone") resourceVersion = undefined;
      else if (error instanceof ApiError && error.code !== "unavailable") throw error;
    }
    // Also after an orderly end: a server that ends each watch at once must not be asked without pause.
    if (signal.aborted) return;
    const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
    failures += 1;
    await port.pause(pauseMs * (0.5 + port.random() / 2), signal);
  }
}

type WireEvent<R extends Versioned> = Exclude<ClientWatchEvent<R>, { type: "synced" }>;

function toEvent<R extends Versioned>(line: unknown): WireEvent<R> {
  // The server's own objects, validated when they were written; the frame is checked here.
  const { type, object } = line as { type?: unknown; object?: R };
  if (object === undefined) throw new ApiError("unavailable", "The server sent a watch event without an object");
  switch (type) {
    case "ADDED":
      return { type: "added", object };
    case "MODIFIED":
      return { type: "modified", object };
    case "DELETED":
      return { type: "deleted", object };
    case "BOOKMARK":
      return { type: "bookmark", resourceVersion: object.metadata.resourceVersion };
    default:
      throw toApiError(readStatus(object)?.code ?? 500, object, "A watch");
  }
}
