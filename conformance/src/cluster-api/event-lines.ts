// A watch's events as they come, one JSON document a line.
import type { ObjectCondition, Resource } from "@neverland/api";
import type { ApiServer } from "@neverland/resource-api/testing/api-server.ts";

export type WatchEvent = {
  readonly type: string;
  readonly object: Resource<unknown, { readonly state?: string; readonly conditions?: readonly ObjectCondition[] }>;
};

/** For what is waited for, a controller's turn and a write included. */
const eventWithinMs = 10_000;

export class EventLines {
  readonly #ended = new AbortController();
  readonly #events: WatchEvent[] = [];
  #onEvent: () => void = () => {};
  #fault: unknown;

  static async of({ url, token }: ApiServer, path: string): Promise<EventLines> {
    const lines = new EventLines();
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await fetch(`${url}${path}`, { headers, signal: lines.#ended.signal });
    if (body === null) throw new Error(`${path} has no body`);
    lines.#read(body).catch((error: unknown) => {
      lines.#fault = error;
      lines.#onEvent();
    });
    return lines;
  }

  /** The first that is so, of those that have come and those that will. @throws {Error} When none is in time, or the watch ended. */
  async until(isWanted: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    const signal = AbortSignal.timeout(eventWithinMs);
    for (;;) {
      const found = this.#events.find(isWanted);
      if (found !== undefined) return found;
      if (this.#fault !== undefined) throw new Error("the watch ended", { cause: this.#fault });
      await new Promise<void>((resolve, reject) => {
        this.#onEvent = resolve;
        signal.addEventListener("abort", () =>
          reject(new Error(`no such event; last: ${JSON.stringify(this.#events.at(-1))}`)),
        );
      });
    }
  }

  /** Of the objects of all that have come, but for bookmarks, which have none. */
  get names(): readonly string[] {
    return this.#events.filter(({ type }) => type !== "BOOKMARK").map(({ object }) => object.metadata.name);
  }

  close(): void {
    this.#ended.abort();
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#events.push(JSON.parse(line));
      this.#onEvent();
    }
    throw new Error("its end");
  }
}
