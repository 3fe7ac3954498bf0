// The thread that owns the database: SQLite blocks, and here it blocks nobody who answers packets. A program of its own; started by
// sqlite-backend.ts.
import { parentPort } from "node:worker_threads";
import type { Forgotten, StoredVersions } from "../engine/store-backend.ts";
import { StoreError } from "../resource-store.ts";
import { type Cursor, type Database, openDatabase } from "./sqlite-database.ts";
import {
  type Cell,
  changeCells,
  historyCells,
  rowCells,
  type SqliteReply,
  type SqliteRequest,
  type SqliteRows,
} from "./sqlite-messages.ts";

/** Bounds of one answer: what the other side takes in one turn of its event loop. */
const mostRows = 512;
const mostCharacters = 512 * 1024;

const selectRows = `SELECT ${rowCells.join(", ")} FROM objects`;

class SqliteThread {
  #db: Database | undefined;
  #commands: ReturnType<typeof prepareCommands> | undefined;
  readonly #cursors = new Map<"rows" | "history", Cursor>();
  /** Up to here all changes are dropped; up to `compacted` some. */
  #dropped = 0;
  #compacted = 0;

  answer(request: SqliteRequest): unknown {
    switch (request.op) {
      case "open":
        this.#db = openDatabase(request.file);
        this.#commands = prepareCommands(this.#db);
        return this.#db.upgrade;
      case "versions":
        return this.#versions();
      case "rows":
        return inOneText(
          this.#next("rows", `${selectRows} WHERE kind <> ? ORDER BY kind, namespace, name`, request.without),
        );
      case "first":
        return this.#first(request.kind, request.namespace, request.name);
      case "drop":
        this.#drop(request.kind, request.cells);
        return undefined;
      case "history":
        return this.#next("history", `SELECT ${historyCells.join(", ")} FROM history ORDER BY version DESC`);
      case "commit":
        this.#commit(request.cells, request.forgotten);
        return undefined;
      case "close":
        this.#db?.close();
        this.#db = undefined;
        return undefined;
    }
  }

  #versions(): StoredVersions {
    const number = (sql: string): number => Number(this.#open().prepare(sql).get()?.[0] ?? 0);
    const compactedVersion = number("SELECT version FROM compaction");
    this.#compacted = compactedVersion;
    return { version: Math.max(number("SELECT max(version) FROM history"), compactedVersion), compactedVersion };
  }

  /** The next part of what is read from beginning to end. */
  #next(what: "rows" | "history", sql: string, ...values: string[]): Cell[] {
    return this.#part(
      this.#cursors.getOrInsertComputed(what, () =>
        this.#open()
          .prepare(sql)
          .iterate(...values),
      ),
    );
  }

  #first(kind: string, namespace: string, name: string): SqliteRows {
    const sql = `${selectRows} WHERE kind = ? AND (namespace, name) > (?, ?) ORDER BY namespace, name`;
    const cursor = this.#open().prepare(sql).iterate(kind, namespace, name);
    const cells = this.#part(cursor);
    cursor.end();
    return inOneText(cells);
  }

  #drop(kind: string, cells: readonly string[]): void {
    const commands = this.#commands;
    if (!commands) throw notOpen();
    this.#endReading();
    this.#open().transaction(() => {
      for (let at = 0; at < cells.length; at += 2) commands.remove.run(kind, cells[at] ?? "", cells[at + 1] ?? "");
    });
  }

  #part(cursor: Cursor): Cell[] {
    const cells: Cell[] = [];
    let characters = 0;
    for (let count = 0; count < mostRows && characters < mostCharacters; count++) {
      const row = cursor.next();
      if (!row) break; // only an answer without any cell says so to the other side
      for (const cell of row) {
        cells.push(cell);
        characters += typeof cell === "string" ? cell.length : 8;
      }
    }
    return cells;
  }

  /** A reader that has enough does not say so, but reads before the first commit only. */
  #endReading(): void {
    for (const cursor of this.#cursors.values()) cursor.end();
    this.#cursors.clear();
  }

  #commit(cells: readonly Cell[], { upTo, versions }: Forgotten): void {
    const commands = this.#commands;
    if (!commands) throw notOpen();
    this.#endReading();
    const compacted = versions.reduce((newest, version) => Math.max(newest, version), Math.max(this.#compacted, upTo));
    this.#open().transaction(() => {
      for (let at = 0; at < cells.length; at += changeCells.length) {
        const [version = null, timeMs = null, kind = null, namespace = null, name = null, type = null, object = null] =
          cells.slice(at, at + changeCells.length);
        const last = type === "deleted" ? object : null;
        commands.log.run(version, timeMs, type, last, kind, namespace, name);
        if (type === "deleted") commands.remove.run(kind, namespace, name);
        else commands.put.run(kind, namespace, name, version, object);
      }
      if (upTo > this.#dropped) commands.forgetUpTo.run(upTo);
      for (const version of versions) commands.forget.run(version);
      if (compacted > this.#compacted) commands.compacted.run(compacted);
    });
    [this.#dropped, this.#compacted] = [upTo, compacted];
  }

  #open(): Database {
    if (!this.#db) throw notOpen();
    return this.#db;
  }
}

function inOneText(cells: Cell[]): SqliteRows {
  const texts: string[] = [];
  for (let at = rowCells.length - 1; at < cells.length; at += rowCells.length) {
    const text = String(cells[at]);
    texts.push(text);
    cells[at] = text.length;
  }
  return { cells, text: `[${texts.join(",")}]` };
}

function prepareCommands(db: Database) {
  return {
    put: db.prepare(
      `INSERT INTO objects (kind, namespace, name, version, object) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (kind, namespace, name) DO UPDATE SET version = excluded.version, object = excluded.object`,
    ),
    remove: db.prepare("DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?"),
    // The object before is still in its row: it is copied from there instead of being handed over.
    log: db.prepare(
      `INSERT INTO history (version, time_ms, type, last, kind, namespace, name, previous)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT object FROM objects WHERE kind = ?5 AND namespace = ?6 AND name = ?7))`,
    ),
    forget: db.prepare("DELETE FROM history WHERE version = ?"),
    forgetUpTo: db.prepare("DELETE FROM history WHERE version <= ?"),
    compacted: db.prepare("UPDATE compaction SET version = ?"),
  };
}

function notOpen(): StoreError {
  return new StoreError("unavailable", "The database is closed.");
}

function reply(request: SqliteRequest): SqliteReply {
  try {
    // Each answer is the one that its request asks for; the type of a reply does not say which.
    return { value: thread.answer(request) } as SqliteReply;
  } catch (error) {
    if (error instanceof StoreError) return { error: { code: error.code, message: error.message } };
    return { error: { code: "unavailable", message: `The database failed in a way that is not known: ${error}` } };
  }
}

const thread = new SqliteThread();
// Requests are answered in the order in which they come.
parentPort?.on("message", (request: SqliteRequest) => parentPort?.postMessage(reply(request)));
