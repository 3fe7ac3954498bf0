// The embedded store: one SQLite file, one process, every acknowledged write on the disk.
import type { ResourceKey } from "@neverland/api";
import { systemClock } from "@neverland/platform/clock.ts";
import type { ResourceStore } from "./resource-store.ts";
import { type Database, openDatabase, type Query, type Row } from "./sqlite-database.ts";
import type { HistoryBounds, ScanRange, StoreBackend, StoredChange, StoredRow } from "./store-backend.ts";
import { defaultStoreLimits, type StoreDeps, StoreEngine, type StoreLimits } from "./store-engine.ts";

/**
 * Opens `file`, making it when it is not there (its folder must be).
 * @throws {StoreError} `unavailable` when another process has it open, or it is broken or not ours.
 */
export function openSqliteStore(
  file: string,
  deps: StoreDeps = { clock: systemClock, newUid: () => crypto.randomUUID() },
  limits: Partial<StoreLimits> = {},
): ResourceStore {
  return new StoreEngine(new SqliteBackend(openDatabase(file)), deps, { ...defaultStoreLimits, ...limits });
}

/** Rows fetched at once by a scan. */
const scanChunk = 256;

class SqliteBackend implements StoreBackend {
  readonly #db: Database;
  readonly #queries: ReturnType<typeof prepareAll>;
  #version: number;
  #compactedVersion: number;

  constructor(db: Database) {
    this.#db = db;
    this.#queries = prepareAll(db);
    this.#compactedVersion = numberOf(this.#queries.compactedVersion.get(), "version");
    this.#version = Math.max(numberOf(this.#queries.newestVersion.get(), "version"), this.#compactedVersion);
  }

  get version(): number {
    return this.#version;
  }

  get compactedVersion(): number {
    return this.#compactedVersion;
  }

  read(kindId: string, { namespace, name }: ResourceKey): StoredRow | undefined {
    const row = this.#queries.read.get(kindId, namespace, name);
    return row && toStoredRow(row);
  }

  *scan(kindId: string, range: ScanRange): Iterable<StoredRow> {
    // In chunks, so that who reads one page of a long list does not fetch the rest.
    for (let from = range; ; ) {
      const rows = this.#ranged("scan", kindId, from, scanChunk).map(toStoredRow);
      yield* rows;
      const last = rows.at(-1);
      if (rows.length < scanChunk || !last) return;
      from = { ...range, after: last.key };
    }
  }

  count(kindId: string, range: ScanRange): number {
    const [row] = this.#ranged("count", kindId, range);
    return numberOf(row, "count");
  }

  changes(kindId: string, afterVersion: number, limit: number): StoredChange[] {
    return this.#queries.changes.all(kindId, afterVersion, limit).map(toStoredChange);
  }

  transaction<T>(work: () => T): T {
    const before = { version: this.#version, compactedVersion: this.#compactedVersion };
    try {
      return this.#db.transaction(work);
    } catch (error) {
      this.#version = before.version;
      this.#compactedVersion = before.compactedVersion;
      throw error;
    }
  }

  write({ version, timeMs, kindId, key, type, json, previous }: StoredChange): void {
    const { namespace, name } = key;
    if (type === "deleted") this.#queries.remove.run(kindId, namespace, name);
    else this.#queries.put.run(kindId, namespace, name, version, json);
    this.#queries.append.run(version, timeMs, kindId, namespace, name, type, json, previous ?? null);
    this.#version = version;
  }

  compact({ count, bytes, sinceMs }: HistoryBounds): void {
    const tooOld = numberOf(this.#queries.newestBefore.get(sinceMs), "version");
    const tooMuch = numberOf(this.#queries.newestBeyond.get(bytes), "version");
    const version = Math.max(this.#compactedVersion, this.#version - count, tooOld, tooMuch);
    this.#queries.forget.run(version);
    this.#queries.setCompactedVersion.run(version);
    this.#compactedVersion = version;
  }

  close(): void {
    this.#db.close();
  }

  #ranged(what: "scan" | "count", kindId: string, { namespace, after }: ScanRange, ...limit: number[]): Row[] {
    const from = after ?? { namespace: "", name: "" };
    if (namespace === undefined) return this.#queries[what].all.all(kindId, from.namespace, from.name, ...limit);
    const name = after?.namespace === namespace ? after.name : "";
    return this.#queries[what].namespace.all(kindId, namespace, name, ...limit);
  }
}

function prepareAll(db: Database) {
  const ranged = (columns: string, order: string): { all: Query; namespace: Query } => ({
    all: db.prepare(`SELECT ${columns} FROM objects WHERE kind = ? AND (namespace, name) > (?, ?) ${order}`),
    namespace: db.prepare(`SELECT ${columns} FROM objects WHERE kind = ? AND namespace = ? AND name > ? ${order}`),
  });
  return {
    read: db.prepare("SELECT * FROM objects WHERE kind = ? AND namespace = ? AND name = ?"),
    scan: ranged("*", "ORDER BY namespace, name LIMIT ?"),
    count: ranged("count(*) AS count", ""),
    put: db.prepare("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)"),
    remove: db.prepare("DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?"),
    append: db.prepare("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    changes: db.prepare("SELECT * FROM changes WHERE kind = ? AND version > ? ORDER BY version LIMIT ?"),
    newestVersion: db.prepare("SELECT max(version) AS version FROM changes"),
    newestBefore: db.prepare("SELECT max(version) AS version FROM changes WHERE time_ms < ?"),
    // octet_length reads no text, only how long it is.
    newestBeyond: db.prepare(
      `SELECT max(version) AS version FROM (
         SELECT version, sum(octet_length(object) + ifnull(octet_length(previous), 0)) OVER (ORDER BY version DESC) AS bytes
         FROM changes
       ) WHERE bytes > ?`,
    ),
    forget: db.prepare("DELETE FROM changes WHERE version <= ?"),
    compactedVersion: db.prepare("SELECT version FROM compaction"),
    setCompactedVersion: db.prepare("UPDATE compaction SET version = ?"),
  };
}

function toStoredRow(row: Row): StoredRow {
  return { key: keyOf(row), version: numberOf(row, "version"), json: textOf(row, "object") };
}

function toStoredChange(row: Row): StoredChange {
  const type = textOf(row, "type");
  if (type !== "added" && type !== "modified" && type !== "deleted")
    throw new TypeError(`change of unknown type ${type}`);
  return {
    version: numberOf(row, "version"),
    timeMs: numberOf(row, "time_ms"),
    kindId: textOf(row, "kind"),
    key: keyOf(row),
    type,
    json: textOf(row, "object"),
    ...(row.previous !== null && { previous: textOf(row, "previous") }),
  };
}

function keyOf(row: Row): ResourceKey {
  return { namespace: textOf(row, "namespace"), name: textOf(row, "name") };
}

function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} is no text`);
  return value;
}

/** 0 for NULL, which max() gives for no rows. */
function numberOf(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}
