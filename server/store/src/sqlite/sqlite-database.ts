// Opens the database file: durable, ours alone, and at the newest schema. The one file that imports node:sqlite.
import { renameSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { StoreError } from "../resource-store.ts";
import { makePrivate } from "./private-files.ts";
import { migrations } from "./sqlite-migrations.ts";

/** A prepared statement with the errors of the store. Rows are lists of their columns' values. */
export type Query = {
  get(...values: SQLInputValue[]): Cell[] | undefined;
  iterate(...values: SQLInputValue[]): Cursor;
  run(...values: SQLInputValue[]): void;
};

type Cell = string | number | null;

/** What is not read to its end must be ended: it holds the log of writes, which then only grows. */
export type Cursor = {
  /** `undefined` at the end, and after it. */
  next(): Cell[] | undefined;
  end(): void;
};

/** The file was brought from one data format to another; as it was before, it is in `copy`. */
export type Upgrade = { readonly from: number; readonly to: number; readonly copy: string };

export type Database = {
  /** When opening it took one. */
  readonly upgrade: Upgrade | undefined;
  prepare(sql: string): Query;
  transaction<T>(work: () => T): T;
  close(): void;
};

/** Marks the file as ours: "nvld". */
const applicationId = 0x6e766c64;

/** SQLite's primary result codes (the low byte of an extended one). */
const resultCode = { busy: 5, readonly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

/** @throws {StoreError} `unavailable` when the file is in use, is not ours, or cannot be read or written. */
export function openDatabase(file: string): Database {
  const attempt = <T>(work: () => T): T => translate(file, work);
  makePrivate(file);
  const db = attempt(() => new DatabaseSync(file, { timeout: 0, returnArrays: true }));
  let upgrade: Upgrade | undefined;
  try {
    attempt(() => takePossession(db));
    upgrade = migrate(db, file, attempt);
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    upgrade,
    prepare: (sql) => prepare(db, sql, attempt),
    transaction: (work) => attempt(() => inTransaction(db, work)),
    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

function takePossession(db: DatabaseSync): void {
  // The lock is that of the operating system on the open file: it ends with the process, however that ends.
  db.exec("PRAGMA locking_mode = EXCLUSIVE");
  db.exec("PRAGMA journal_mode = WAL");
  // FULL: a commit returns after fsync of the log, so it survives loss of power too.
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA journal_size_limit = 67108864");
  db.exec("BEGIN EXCLUSIVE; COMMIT");
}

function migrate(db: DatabaseSync, file: string, attempt: <T>(work: () => T) => T): Upgrade | undefined {
  const version = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  const isNew = version === 0 && owner === 0 && tableCount(db) === 0;
  if (!isNew && owner !== applicationId)
    throw new StoreError("unavailable", `${file} is a database of another program: name another data directory.`);
  if (version > migrations.length) {
    const versions = `it has data format ${version}, this program knows up to ${migrations.length}`;
    throw new StoreError("unavailable", `${file} was written by a newer Neverland (${versions}): run that one.`);
  }
  if (version === migrations.length) return undefined;
  const copy = `${file}.before-${migrations.length}`;
  if (!isNew) attempt(() => copyBefore(db, copy));
  attempt(() =>
    inTransaction(db, () => {
      for (const step of migrations.slice(version)) db.exec(step);
      db.exec(`PRAGMA application_id = ${applicationId}`);
      db.exec(`PRAGMA user_version = ${migrations.length}`);
    }),
  );
  return isNew ? undefined : { from: version, to: migrations.length, copy };
}

/** Whole or not at all: the name is given when the copy is complete. */
function copyBefore(db: DatabaseSync, copy: string): void {
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { force: true });
  makePrivate(unfinished);
  db.prepare("VACUUM INTO ?").run(unfinished);
  renameSync(unfinished, copy);
}

function pragma(db: DatabaseSync, name: string): number {
  return number(db, `PRAGMA ${name}`);
}

function tableCount(db: DatabaseSync): number {
  return number(db, "SELECT count(*) FROM sqlite_schema");
}

function number(db: DatabaseSync, sql: string): number {
  const row: unknown = db.prepare(sql).get();
  return Array.isArray(row) ? Number(row[0]) : 0;
}

function prepare(db: DatabaseSync, sql: string, attempt: <T>(work: () => T) => T): Query {
  const statement = attempt(() => db.prepare(sql));
  // With `returnArrays` rows are lists, which their type does not know; our columns hold texts and numbers.
  const cells = (row: unknown) => row as Cell[];
  return {
    get: (...values) => attempt(() => cells(statement.get(...values))),
    run: (...values) => attempt(() => void statement.run(...values)),
    iterate: (...values) => {
      const rows = attempt(() => statement.iterate(...values));
      return {
        next: () =>
          attempt(() => {
            const { done, value } = rows.next();
            return done ? undefined : cells(value);
          }),
        end: () => attempt(() => void rows.return?.()),
      };
    },
  };
}

function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite ends the transaction by itself on some errors, a full disk among them.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function translate<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !("errcode" in error)) throw error;
    throw new StoreError("unavailable", `${sentence(file, Number(error.errcode) & 0xff)} (SQLite: ${error.message})`, {
      cause: error,
    });
  }
}

function sentence(file: string, code: number): string {
  switch (code) {
    case resultCode.busy:
      return `${file} is in use by another process: stop that one first, or name another data directory.`;
    case resultCode.full:
      return `The disk of ${file} is full, and nothing was written: free some space, then try again.`;
    case resultCode.ioError:
      return `The disk of ${file} failed to read or write, and nothing was written: look at the kernel's log.`;
    case resultCode.readonly:
    case resultCode.cannotOpen:
      return `${file} cannot be opened for writing: check that its folder exists and that both belong to this user, or name another data directory.`;
    case resultCode.corrupt:
    case resultCode.notADatabase:
      return `${file} is not a readable database: restore it from a backup, or name another data directory.`;
    default:
      return `${file} could not be used.`;
  }
}
