// What is left of HTTP/2 sessions that have ended, kept for a moment. A stream whose headers nghttp2 refused (a CONNECT with a path will do) holds
// memory of its session's until the next turn of the event loop. When the collector takes the session before that, its destructor finds
// the memory still lent, and ends the process: `Assertion failed: (current_nghttp2_memory_) == (0)`, which whoever reaches the port brings about with
// a few connections broken off. A session that is held until its streams have gone is freed after them.
import type { Http2Session } from "node:http2";

/** Many turns of the event loop, also of a busy one; as many sessions as end in that time are held, some ten kB each. */
const keptMs = 2000;

export class EndedSessions {
  readonly #kept = new Set<object>();

  /** To be told of each session at its beginning. */
  follow(session: Http2Session): void {
    const native = nativeSession(session);
    if (native === undefined) return;
    session.on("close", () => {
      this.#kept.add(native);
      setTimeout(() => this.#kept.delete(native), keptMs).unref();
    });
  }
}

/** The object that Node's C++ session lives and dies with. A session lets go of it when it ends. */
export function nativeSession(session: Http2Session): object | undefined {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === "kHandle");
  // Node's own, without a type.
  const native = key === undefined ? undefined : (session as unknown as Record<symbol, unknown>)[key];
  return typeof native === "object" && native !== null ? native : undefined;
}
