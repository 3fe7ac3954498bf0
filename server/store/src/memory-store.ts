// A store in memory, for tests and for what need not outlive the process.
import type { ResourceKey } from "@neverland/api";
import { systemClock } from "@neverland/platform/clock.ts";
import type { ResourceStore } from "./resource-store.ts";
import {
  compareKeys,
  type HistoryBounds,
  type ScanRange,
  type StoreBackend,
  type StoredChange,
  type StoredRow,
} from "./store-backend.ts";
import { defaultStoreLimits, type StoreDeps, StoreEngine, type StoreLimits } from "./store-engine.ts";

export function openMemoryStore(
  deps: StoreDeps = { clock: systemClock, newUid: () => crypto.randomUUID() },
  limits: Partial<StoreLimits> = {},
): ResourceStore {
  return new StoreEngine(new MemoryBackend(), deps, { ...defaultStoreLimits, ...limits });
}

class MemoryBackend implements StoreBackend {
  version = 0;
  compactedVersion = 0;
  readonly #rows = new Map<string, Map<string, StoredRow>>();
  #log: StoredChange[] = [];

  read(kindId: string, key: ResourceKey): StoredRow | undefined {
    return this.#rows.get(kindId)?.get(idOf(key));
  }

  scan(kindId: string, { namespace, after }: ScanRange): StoredRow[] {
    return [...(this.#rows.get(kindId)?.values() ?? [])]
      .filter((row) => namespace === undefined || row.key.namespace === namespace)
      .filter((row) => after === undefined || compareKeys(row.key, after) > 0)
      .sort((a, b) => compareKeys(a.key, b.key));
  }

  count(kindId: string, range: ScanRange): number {
    return this.scan(kindId, range).length;
  }

  changes(kindId: string, afterVersion: number, limit: number): StoredChange[] {
    return this.#log.filter((change) => change.version > afterVersion && change.kindId === kindId).slice(0, limit);
  }

  transaction<T>(work: () => T): T {
    return work(); // nothing that the engine does in here can fail half-way
  }

  write(change: StoredChange): void {
    const rows = this.#rows.getOrInsertComputed(change.kindId, () => new Map());
    if (change.type === "deleted") rows.delete(idOf(change.key));
    else rows.set(idOf(change.key), { key: change.key, version: change.version, json: change.json });
    this.#log.push(change);
    this.version = change.version;
  }

  compact({ count, bytes, sinceMs }: HistoryBounds): void {
    let left = bytes;
    const fits = (change: StoredChange) => {
      left -= change.json.length + (change.previous?.length ?? 0);
      return left >= 0;
    };
    const isOutside = (change: StoredChange, index: number) =>
      index < this.#log.length - count || change.timeMs < sinceMs || !fits(change);
    const kept = this.#log.slice(this.#log.findLastIndex(isOutside) + 1);
    const forgotten = this.#log.length - kept.length;
    this.compactedVersion = this.#log[forgotten - 1]?.version ?? this.compactedVersion;
    this.#log = kept;
  }

  close(): void {
    this.#rows.clear();
    this.#log = [];
  }
}

function idOf({ namespace, name }: ResourceKey): string {
  return `${namespace}/${name}`;
}
