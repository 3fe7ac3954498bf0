// The embedded store: one SQLite file, one process, every acknowledged write on the disk.
import { type KindInfo, kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/clock.ts";
import { loadState } from "./load-state.ts";
import type { ResourceStore } from "./resource-store.ts";
import { SqliteBackend } from "./sqlite-backend.ts";
import { defaultStoreLimits, type StoreDeps, StoreEngine, type StoreLimits } from "./store-engine.ts";

/**
 * Opens `file`, making it when it is not there (its folder must be), and loads what is in it. What an earlier release wrote is
 * brought to this one's format, after a copy beside it: `FILE.before-N`.
 * @throws {StoreError} `unavailable` when another process has it open, or it is broken, newer, or not ours.
 */
export async function openSqliteStore(
  file: string,
  deps: Partial<StoreDeps> = {},
  limits: Partial<StoreLimits> = {},
): Promise<ResourceStore> {
  const { clock = systemClock, newUid = () => crypto.randomUUID(), onFault = () => undefined } = deps;
  const all = { ...defaultStoreLimits, ...limits };
  const backend = await SqliteBackend.open(file);
  try {
    const sinceMs = clock.nowMs() - all.historyAgeMs;
    const bounds = { count: all.historyCount, bytes: all.historyBytes, sinceMs };
    const { state, settle } = await loadState(backend, {
      ...{ kinds: Object.values<KindInfo>(kinds), bounds, newUid, onFault },
    });
    return new StoreEngine(state, backend, { clock, newUid }, all, settle);
  } catch (error) {
    await backend.close();
    throw error;
  }
}
