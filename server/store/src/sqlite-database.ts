// Opens the database file: durable, ours alone, and at the newest schema. The one file that imports node:sqlite.
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";
import { StoreError } from "./resource-store.ts";
import { migrations } from "./sqlite-migrations.ts";

export type Row = Record<string, SQLOutputValue>;

/** A prepared statement with the errors of the store. */
export type Query = {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  run(...values: SQLInputValue[]): void;
};

export type Database = {
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
  const db = attempt(() => new DatabaseSync(file, { timeout: 0 }));
  try {
    attempt(() => takePossession(db));
    migrate(db, file, attempt);
  } catch (error) {
    db.close();
    throw error;
  }
  return {
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

function migrate(db: DatabaseSync, file: string, attempt: <T>(work: () => T) => T): void {
  const version = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  const isNew = version === 0 && owner === 0 && tableCount(db) === 0;
  if (!isNew && owner !== applicationId)
    throw new StoreError("unavailable", `${file} is a database of another program: name another data directory.`);
  if (version > migrations.length) {
    const versions = `it has schema ${version}, this program knows up to ${migrations.length}`;
    throw new StoreError("unavailable", `${file} was written by a newer Neverland (${versions}): run that one.`);
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    attempt(() =>
      inTransaction(db, () => {
        db.exec(step);
        db.exec(`PRAGMA application_id = ${applicationId}`);
        db.exec(`PRAGMA user_version = ${index + 1}`);
      }),
    );
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function tableCount(db: DatabaseSync): number {
  return Number(db.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.tables ?? 0);
}

function prepare(db: DatabaseSync, sql: string, attempt: <T>(work: () => T) => T): Query {
  const statement = attempt(() => db.prepare(sql));
  return {
    get: (...values) => attempt(() => statement.get(...values)),
    all: (...values) => attempt(() => statement.all(...values)),
    run: (...values) => attempt(() => void statement.run(...values)),
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
