// All there is, in memory: a table for each kind, and the log of what was written lately. Only what is durable is in it.
import { apiVersionOf, type KindInfo, ownersIndex } from "@neverland/api";
import { ChangeLog, type LoggedChange } from "./change-log.ts";
import { KindTable } from "./kind-table.ts";

export class StoreState {
  readonly log = new ChangeLog();
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
    this.log.append(change);
  }
}

/** How a backend names a kind. */
export function kindIdOf(kind: KindInfo): string {
  return `${kind.plural}.${apiVersionOf(kind)}`;
}
