// A store in memory, for tests and for what need not outlive the process.
import { systemClock } from "@neverland/platform/time/clock.ts";
import type { StoreBackend } from "./engine/store-backend.ts";
import { defaultStoreLimits, type StoreDeps, StoreEngine, type StoreLimits } from "./engine/store-engine.ts";
import { StoreState } from "./engine/store-state.ts";
import type { ResourceStore } from "./resource-store.ts";

/**
 * @param startVersion What versions go on from: who watches from one of an earlier process is told that it is gone only where
 * that is not reached again.
 */
export function openMemoryStore(
  deps: StoreDeps = { clock: systemClock, newUid: () => crypto.randomUUID() },
  limits: Partial<StoreLimits> = {},
  startVersion = 0,
): ResourceStore {
  const state = new StoreState();
  state.log.startAt({ version: startVersion, compactedVersion: startVersion, unreadVersion: startVersion });
  return new StoreEngine(state, new NoMedium(), deps, { ...defaultStoreLimits, ...limits });
}

/** Nothing is kept but what the engine has in memory. */
class NoMedium implements StoreBackend {
  async versions() {
    return { version: 0, compactedVersion: 0 };
  }

  async *rows() {}

  async *history() {}

  async commit(): Promise<void> {}

  async close(): Promise<void> {}
}
