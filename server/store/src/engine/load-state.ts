// Everything a medium has, brought into memory at the start: in slices, so that the event loop goes on.
import { formatKey, type Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { resourceJson } from "../resource-json.ts";
import { LoggedChange } from "./change-log.ts";
import type { StoreBackend, StoredHistory } from "./store-backend.ts";
import { StoreState } from "./store-state.ts";
import { StoredObjects, type StoredObjectsDeps, type StoredText } from "./stored-objects.ts";

/** `sinceMs`: changes from before that time are forgotten. */
export type LoadDeps = StoredObjectsDeps & { readonly sinceMs: number };

/** Of so many objects each is looked at and frozen before anybody sees it. Of more it is when a reader asks, or soon: readiness does not wait. */
const settledAtOnce = 1024;
/** Between two slices of that, so that it takes little from what the server has to do meanwhile. */
const restMs = 10;

export type LoadedState = {
  readonly state: StoreState;
  /** Looks at what nobody has asked about by then, and freezes it. */
  settle(clock: Clock, signal: AbortSignal): Promise<void>;
};

/** @throws {StoreError} `unavailable`. */
export async function loadState(backend: StoreBackend, deps: LoadDeps): Promise<LoadedState> {
  const state = new StoreState();
  for (const kind of deps.kinds) state.tableOf(kind); // so that its indexes are filled on the way
  const objects = new StoredObjects(deps);
  const breather = new Breather();
  const unsettled: Resource[] = [];
  let loaded = 0;
  for await (const rows of backend.rows())
    for (const row of rows) {
      if (breather.isDue) await breather.breathe();
      const resource = objects.read(row);
      if (++loaded <= settledAtOnce) objects.settled(resource);
      else unsettled.push(resource);
      state.tableById(row.kindId).put(resource);
    }
  // What an object was once is named by nobody.
  const old = new StoredObjects({ ...deps, onFault: () => undefined });
  await loadHistory(state, backend, deps, breather, (text) => old.settled(old.read(text)));
  const settle: LoadedState["settle"] = async (clock, signal) => {
    const slices = new Breather();
    for (const resource of unsettled) {
      if (slices.isDue) {
        await pause(clock, restMs, signal);
        await slices.breathe();
      }
      if (signal.aborted) return;
      objects.settled(resource);
    }
    unsettled.length = 0;
  };
  return { state, settle };
}

/** Newest first: what is too old is not read, and what an object was after a change is what it was before the next. */
async function loadHistory(
  state: StoreState,
  backend: StoreBackend,
  { sinceMs }: LoadDeps,
  breather: Breather,
  readOld: (text: StoredText) => Resource,
): Promise<void> {
  const versions = await backend.versions();
  let unreadVersion = 0;
  const after = new Map<string, string | undefined>();
  const changes: LoggedChange[] = [];
  read: for await (const part of backend.history())
    for (const entry of part) {
      if (breather.isDue) await breather.breathe();
      if (entry.timeMs < sinceMs) {
        unreadVersion = entry.version;
        break read;
      }
      changes.push(toLogged(state, entry, after, readOld));
    }
  state.log.startAt({ ...versions, unreadVersion });
  for (const change of changes.reverse()) state.log.restore(change);
}

function toLogged(
  state: StoreState,
  entry: StoredHistory,
  later: Map<string, string | undefined>,
  readOld: (text: StoredText) => Resource,
): LoggedChange {
  const { kindId, key, version, previous } = entry;
  const id = `${kindId} ${formatKey(key)}`;
  const stored = state.tableById(kindId).get(key);
  // Not the row's when the object was deleted later, or made anew.
  const json = entry.last ?? (later.has(id) ? later.get(id) : undefined);
  later.set(id, previous);
  const sizeBytes = (json?.length ?? (stored ? resourceJson(stored).length : 0)) + (previous?.length ?? 0);
  // What was before may be what somebody spoilt with another program, and a write mended.
  const objects = () => ({
    after: json === undefined && stored ? stored : readOld({ kindId, key, version, json: json ?? "{}" }),
    before: previous === undefined ? undefined : readOld({ kindId, key, json: previous }),
  });
  return new LoggedChange(entry, objects, sizeBytes);
}
