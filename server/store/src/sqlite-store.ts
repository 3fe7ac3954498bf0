// The embedded store: one SQLite file, one process, every acknowledged write on the disk.
import { type KindInfo, kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { loadState } from "./engine/load-state.ts";
import { defaultStoreLimits, type StoreDeps, StoreEngine, type StoreLimits } from "./engine/store-engine.ts";
import { kindIdOf } from "./engine/store-state.ts";
import { StoredObjects, type StoredObjectsDeps } from "./engine/stored-objects.ts";
import type { ResourceStore, StoreError } from "./resource-store.ts";
import { SqliteBackend } from "./sqlite/sqlite-backend.ts";
import type { Upgrade } from "./sqlite/sqlite-database.ts";
import { faultOf } from "./stored-fault.ts";

export type SqliteStore = ResourceStore & {
  /**
   * Hands over the objects of the kind that is kept elsewhere now, in parts. Those that no schema accepts are named, and stay.
   * @param take Resolves to true once the part is durable where it is kept now: then it goes here. False ends it.
   */
  takeOut(take: (objects: readonly Resource[]) => Promise<boolean>): Promise<void>;
};

export type SqliteStoreDeps = StoreDeps & {
  /** A kind whose objects were in this store once: they are not loaded. */
  readonly keptElsewhere?: KindInfo;
  /** Told when the file was brought to this program's data format. */
  readonly onUpgraded?: (upgrade: Upgrade) => void;
  /** Told at once when nothing can be written any more while this process lives: reads go on from memory. */
  readonly onEnded?: (error: StoreError) => void;
};

/**
 * Opens `file`, making it when it is not there (its folder must be), and loads what is in it. What an earlier release wrote is
 * brought to this one's format, after a copy beside it: `FILE.before-N`.
 * @throws {StoreError} `unavailable` when another process has it open, or it is broken, newer, or not ours.
 */
export async function openSqliteStore(
  file: string,
  deps: Partial<SqliteStoreDeps> = {},
  limits: Partial<StoreLimits> = {},
): Promise<SqliteStore> {
  const { clock = systemClock, newUid = () => crypto.randomUUID(), onFault = () => undefined } = deps;
  const all = { ...defaultStoreLimits, ...limits };
  const { keptElsewhere, onUpgraded, onEnded } = deps;
  const backend = await SqliteBackend.open(file, {
    ...(keptElsewhere && { without: kindIdOf(keptElsewhere) }),
    ...(onEnded && { onEnded }),
  });
  try {
    if (backend.upgrade) onUpgraded?.(backend.upgrade);
    const sinceMs = clock.nowMs() - all.historyAgeMs;
    const { state, settle } = await loadState(backend, {
      ...{ kinds: Object.values<KindInfo>(kinds), sinceMs, newUid, onFault },
    });
    const engine = new StoreEngine(state, backend, { clock, newUid }, all, settle);
    const elsewhere = keptElsewhere === undefined ? [] : [keptElsewhere];
    return Object.assign(engine, {
      takeOut: (take: Take) => takeOut(backend, take, { kinds: elsewhere, newUid, onFault }),
    });
  } catch (error) {
    await backend.close();
    throw error;
  }
}

type Take = Parameters<SqliteStore["takeOut"]>[0];

async function takeOut(backend: SqliteBackend, take: Take, deps: StoredObjectsDeps): Promise<void> {
  if (deps.kinds.length === 0) return;
  const objects = new StoredObjects(deps);
  await backend.takeOut(async (rows) => {
    const sound = rows
      .map((row) => objects.read(row))
      .filter((object) => faultOf(objects.settled(object)) === undefined);
    return (await take(sound)) ? sound.map(({ metadata }) => metadata) : undefined;
  });
}
