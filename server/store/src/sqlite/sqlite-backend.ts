// The SQLite file as a StoreBackend: hands everything to the thread that owns it, and waits without holding the event loop.
import { Worker } from "node:worker_threads";
import type { ResourceKey } from "@neverland/api";
import type {
  Forgotten,
  StoreBackend,
  StoredChange,
  StoredHistory,
  StoredRow,
  StoredVersions,
} from "../engine/store-backend.ts";
import { StoreError } from "../resource-store.ts";
import type { Upgrade } from "./sqlite-database.ts";
import type { Cell, SqliteAnswer, SqliteReply, SqliteRequest, SqliteRows } from "./sqlite-messages.ts";
import { changeCells, historyCells, rowCells } from "./sqlite-messages.ts";

/** A disk that hangs must not keep the process from ending. */
const closeTimeoutMs = 10_000;

/** Rows that are taken out at once: each time costs a flush here and one where they go. */
const takenAtOnce = 2048;

export type SqliteBackendDeps = {
  /** The kind whose rows are none of the store's any more: `rows` leaves them out, `takeOut` hands them over. */
  readonly without?: string;
  /** Told at once when nothing can be written any more, ever: its thread has ended by itself. */
  readonly onEnded?: (error: StoreError) => void;
};

export class SqliteBackend implements StoreBackend {
  readonly #file: string;
  readonly #without: string;
  readonly #onEnded: (error: StoreError) => void;
  readonly #thread: Worker;
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];
  #closing: Promise<void> | undefined;
  #ended: StoreError | undefined;

  /** What opening the file changed in it. */
  upgrade: Upgrade | undefined;

  /** @throws {StoreError} `unavailable` when the file is in use, is not ours, or cannot be read or written. */
  static async open(file: string, deps: SqliteBackendDeps = {}): Promise<SqliteBackend> {
    const backend = new SqliteBackend(file, deps);
    try {
      backend.upgrade = await backend.#ask({ op: "open", file });
      return backend;
    } catch (error) {
      await backend.close();
      throw error;
    }
  }

  private constructor(file: string, { without = "", onEnded = () => undefined }: SqliteBackendDeps) {
    this.#file = file;
    this.#without = without;
    this.#onEnded = onEnded;
    // A small young generation: rows pass through, nothing stays.
    this.#thread = new Worker(new URL("./sqlite-thread.ts", import.meta.url), {
      name: "store",
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#thread.on("message", (reply: SqliteReply) => this.#answered(reply));
    this.#thread.on("error", (error) => this.#endedBy(`failed: ${error}`));
    this.#thread.on("exit", () => this.#endedBy("has ended"));
    this.#thread.unref();
  }

  async versions(): Promise<StoredVersions> {
    return await this.#ask({ op: "versions" });
  }

  async *rows(): AsyncIterable<readonly StoredRow[]> {
    for await (const part of this.#parts({ op: "rows", without: this.#without }, ({ cells }) => cells))
      yield rowsOf(part);
  }

  /** Hands over the rows of the kind that is kept elsewhere, in parts. @param take Says which are to go; without an answer it ends. */
  async takeOut(take: (rows: readonly StoredRow[]) => Promise<readonly ResourceKey[] | undefined>): Promise<void> {
    const kind = this.#without;
    for (let after = { namespace: "", name: "" }; ; ) {
      const rows: StoredRow[] = [];
      for (let part = await this.#first(kind, after); part.length > 0; part = await this.#first(kind, after)) {
        for (const row of part) rows.push(row);
        after = rows.at(-1)?.key ?? after;
        if (rows.length >= takenAtOnce) break;
      }
      const taken = rows.length === 0 ? undefined : await take(rows);
      if (taken === undefined) return;
      await this.#ask({ op: "drop", kind, cells: taken.flatMap(({ namespace, name }) => [namespace, name]) });
    }
  }

  async #first(kind: string, after: ResourceKey): Promise<StoredRow[]> {
    return rowsOf(await this.#ask({ op: "first", kind, ...after }));
  }

  async *history(): AsyncIterable<readonly StoredHistory[]> {
    for await (const cells of this.#parts({ op: "history" }, (cells) => cells))
      yield inGroups(cells, historyCells.length).map(
        ([version, timeMs, kind, namespace, name, type, previous, last]) => ({
          version: Number(version),
          timeMs: Number(timeMs),
          kindId: String(kind),
          key: { namespace: String(namespace), name: String(name) },
          type: type === "added" || type === "deleted" ? type : "modified",
          ...(typeof previous === "string" && { previous }),
          ...(typeof last === "string" && { last }),
        }),
      );
  }

  async commit(changes: readonly StoredChange[], forgotten: Forgotten): Promise<void> {
    const cells: Cell[] = [];
    for (const { version, timeMs, kindId, key, type, json } of changes)
      cells.push(version, timeMs, kindId, key.namespace, key.name, type, json);
    if (cells.length !== changes.length * changeCells.length) throw new RangeError("cells of a change");
    await this.#ask({ op: "commit", cells, forgotten });
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, closeTimeoutMs);
    const closed = this.#ask({ op: "close" }).catch(() => undefined); // it is over then, too
    await Promise.race([closed, timeout.promise]);
    clearTimeout(timer);
    // A thread that hangs in the kernel cannot be ended; it holds neither the loop nor the exit.
    await Promise.race([this.#thread.terminate(), new Promise((resolve) => setImmediate(resolve))]);
  }

  /** The next part is asked for while this one is taken. */
  async *#parts<Op extends "rows" | "history">(
    request: Extract<SqliteRequest, { op: Op }>,
    cellsOf: (part: SqliteAnswer[Op]) => readonly Cell[],
  ): AsyncIterable<SqliteAnswer[Op]> {
    for (let next = this.#ask(request); ; ) {
      const part = await next;
      if (cellsOf(part).length === 0) return;
      next = this.#ask(request);
      // Nobody may come for it.
      next.catch(() => undefined);
      yield part;
    }
  }

  async #ask<Op extends SqliteRequest["op"]>(request: Extract<SqliteRequest, { op: Op }>): Promise<SqliteAnswer[Op]> {
    if (this.#ended) throw this.#ended;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.push(answer);
    // While an answer is waited for, the thread keeps the process alive.
    this.#thread.ref();
    this.#thread.postMessage(request);
    return (await answer.promise) as SqliteAnswer[Op]; // sqlite-thread.ts answers each with its own
  }

  #answered(reply: SqliteReply): void {
    const answer = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#thread.unref();
    if ("error" in reply) answer?.reject(new StoreError(reply.error.code, reply.error.message));
    else answer?.resolve(reply.value);
  }

  #endedBy(how: string): void {
    const text = `The thread that writes ${this.#file} ${how}: nothing can be written any more; start the server again.`;
    if (this.#ended === undefined) {
      this.#ended = new StoreError("unavailable", text, { isLasting: true });
      if (this.#closing === undefined) this.#onEnded(this.#ended);
    }
    for (const answer of this.#waiting.splice(0)) answer.reject(this.#ended);
  }
}

/**
 * The texts of the objects share the memory of the one that they came in. Parsed at once they are spared the young generation, where all of
 * them would be copied twice. Which row a value is of is told by its key: the reader of the row looks.
 */
function rowsOf({ cells, text }: SqliteRows): StoredRow[] {
  const values = parseAll(text, cells.length / rowCells.length);
  const rows: StoredRow[] = [];
  let from = 1;
  for (let at = 0; at < cells.length; at += rowCells.length) {
    const end = from + Number(cells[at + 4]);
    rows.push({
      kindId: String(cells[at]),
      key: { namespace: String(cells[at + 1]), name: String(cells[at + 2]) },
      version: Number(cells[at + 3]),
      json: text.slice(from, end),
      value: values?.[rows.length],
    });
    from = end + 1;
  }
  return rows;
}

/** `undefined` when they are not that many values: one of the objects is not JSON, and each is to be parsed by itself. */
function parseAll(text: string, count: number): readonly unknown[] | undefined {
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) && values.length === count ? values : undefined;
  } catch {
    return undefined;
  }
}

function inGroups(cells: readonly Cell[], size: number): Cell[][] {
  return Array.from({ length: cells.length / size }, (_, at) => cells.slice(at * size, at * size + size));
}
