// All there is, in memory: a table for each kind, the log of what was written lately, and what lists in pages go on from. Only what is
// durable is in it.
import { apiVersionOf, type KindInfo, ownersIndex } from "@neverland/api";
import { ChangeLog, type LoggedChange } from "./change-log.ts";
import { KeptLists } from "./kept-lists.ts";
import { KindTable } from "./kind-table.ts";

export class StoreState {
  readonly log = new ChangeLog();
  readonly lists = new KeptLists();
  readonly #tables = new Map<string, KindTable>();
  /** Kinds whose indexes are kept. */
  readonly #known = new WeakMap<KindInfo, KindTable>();

  tableOf(kind: KindInfo): KindTable {
    const known = this.#known.get(kind);
    if (known) return known;
    const table = this.tableById(kindIdOf(kind));
    for (const path of [...kind.indexes, ownersIndex]) table.addIndex(path);
    this.#known.set(kind, table);
    return table;
  }

  tableById(kindId: string): KindTable {
    return this.#tables.getOrInsertComputed(kindId, () => new KindTable());
  }

  apply(change: LoggedChange): void {
    const table = this.tableById(change.kindId);
    if (change.type === "deleted") table.delete(change.key);
    else table.put(change.after);
    if (change.before !== undefined) this.lists.replaced(change.kindId, change.before);
    this.log.append(change);
  }
}

const kindIds = new WeakMap<KindInfo, string>();

/** How a backend names a kind. One text for all that is written: it is a key of many maps. */
export function kindIdOf(kind: KindInfo): string {
  return kindIds.getOrInsertComputed(kind, () => `${kind.plural}.${apiVersionOf(kind)}`);
}
