// What the main thread asks of the thread that owns the database, and what that answers. Everything is flat lists of texts and
// numbers, which cost a copy and nothing else to hand over.

import type { Forgotten, StoredVersions } from "../engine/store-backend.ts";
import type { StoreErrorCode } from "../resource-store.ts";
import type { Upgrade } from "./sqlite-database.ts";

export type Cell = string | number | null;

/** `rows` and `history` go on where the last one ended; an empty answer is the end. */
export type SqliteRequest =
  | { readonly op: "open"; readonly file: string }
  | { readonly op: "versions" }
  /** Of all kinds but one. */
  | { readonly op: "rows"; readonly without: string }
  /** The first of one kind after a key. */
  | { readonly op: "first"; readonly kind: string; readonly namespace: string; readonly name: string }
  /** Removes those of the kind; `cells` are namespace and name of each. */
  | { readonly op: "drop"; readonly kind: string; readonly cells: readonly string[] }
  | { readonly op: "history" }
  | { readonly op: "commit"; readonly cells: readonly Cell[]; readonly forgotten: Forgotten }
  | { readonly op: "close" };

export type SqliteAnswer = {
  readonly open: Upgrade | undefined;
  readonly versions: StoredVersions;
  readonly rows: SqliteRows;
  readonly first: SqliteRows;
  readonly drop: undefined;
  readonly history: readonly Cell[];
  readonly commit: undefined;
  readonly close: undefined;
};

/**
 * Rows with all their objects as one text, which costs less to hand over and to parse than each by itself: a list of JSON, if each of
 * them is JSON. In `cells` the length of its text stands for the object.
 */
export type SqliteRows = { readonly cells: readonly Cell[]; readonly text: string };

export type SqliteReply =
  | { readonly value: SqliteAnswer[SqliteRequest["op"]] }
  | { readonly error: { readonly code: StoreErrorCode; readonly message: string } };

/** Cells of one row, of one entry of the history, and of one change to commit, in this order. */
export const rowCells = ["kind", "namespace", "name", "version", "object"] as const;
export const historyCells = ["version", "time_ms", "kind", "namespace", "name", "type", "previous", "last"] as const;
export const changeCells = ["version", "time_ms", "kind", "namespace", "name", "type", "object"] as const;
