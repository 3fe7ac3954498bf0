// Everything a medium has, brought into memory at the start: in slices, so that the event loop goes on.
import { formatKey, type KindInfo, type Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { freezeJson, resourceJson } from "../resource-json.ts";
import { checkStored, faultOf, readRow, type StoredFault } from "../stored-fault.ts";
import { type HistoryBounds, LoggedChange } from "./change-log.ts";
import type { StoreBackend, StoredHistory, StoredRow } from "./store-backend.ts";
import { kindIdOf, StoreState } from "./store-state.ts";

export type LoadDeps = {
  readonly kinds: readonly KindInfo[];
  readonly bounds: HistoryBounds;
  readonly newUid: () => string;
  readonly onFault: (fault: StoredFault) => void;
};

/** Of so many objects each is checked and frozen before anybody sees it. Of more the rest follows soon: readiness does not wait. */
const settledAtOnce = 1024;
/** Between two slices of that, so that it takes little from what the server has to do meanwhile. */
const restMs = 10;

export type LoadedState = {
  readonly state: StoreState;
  /** Checks and freezes what has not been yet. `onFaulty` is told of what others have taken for acceptable by then. */
  settle(
    clock: Clock,
    signal: AbortSignal,
    onFaulty: (kind: KindInfo | undefined, resource: Resource) => void,
  ): Promise<void>;
};

/** @throws {StoreError} `unavailable`. */
export async function loadState(backend: StoreBackend, deps: LoadDeps): Promise<LoadedState> {
  const state = new StoreState();
  const kinds = new Map(deps.kinds.map((kind) => [kindIdOf(kind), kind]));
  for (const kind of deps.kinds) state.tableOf(kind); // so that its indexes are filled on the way
  const breather = new Breather();
  const unsettled = new Map<KindInfo | undefined, Resource[]>();
  let loaded = 0;
  const settleOne = (kind: KindInfo | undefined, resource: Resource): boolean => {
    const fault = kind && checkStored(resource, kind);
    if (fault) deps.onFault(fault);
    freezeJson(resource);
    return fault === undefined;
  };
  for await (const rows of backend.rows())
    for (const row of rows) {
      if (breather.isDue) await breather.breathe();
      const kind = kinds.get(row.kindId);
      const resource = readRow(row, kind, deps.newUid);
      // What could not even be read is named at once: its readers must not meet it.
      if (++loaded <= settledAtOnce || faultOf(resource) !== undefined) settleOne(kind, resource);
      else unsettled.getOrInsertComputed(kind, () => []).push(resource);
      state.tableById(row.kindId).put(resource);
    }
  const readOld = (row: StoredRow): Resource => freezeJson(readRow(row, kinds.get(row.kindId), deps.newUid));
  await loadHistory(state, backend, deps, breather, readOld);
  const settle: LoadedState["settle"] = async (clock, signal, onFaulty) => {
    const slices = new Breather();
    for (const [kind, resources] of unsettled)
      for (const resource of resources) {
        if (slices.isDue) {
          await pause(clock, restMs, signal);
          await slices.breathe();
        }
        if (signal.aborted) return;
        if (!settleOne(kind, resource)) onFaulty(kind, resource);
      }
    unsettled.clear();
  };
  return { state, settle };
}

/** Newest first: what is beyond the bounds is not read, and what an object was after a change is what it was before the next. */
async function loadHistory(
  state: StoreState,
  backend: StoreBackend,
  { bounds }: LoadDeps,
  breather: Breather,
  readOld: (row: StoredRow) => Resource,
): Promise<void> {
  const versions = await backend.versions();
  const after = new Map<string, string | undefined>();
  const changes: LoggedChange[] = [];
  let [count, bytes] = [0, 0];
  read: for await (const part of backend.history())
    for (const entry of part) {
      if (breather.isDue) await breather.breathe();
      const change = toLogged(state, entry, after, readOld);
      [count, bytes] = [count + 1, bytes + change.sizeBytes];
      if (count > bounds.count || bytes > bounds.bytes || change.timeMs < bounds.sinceMs) break read;
      changes.push(change);
    }
  const oldest = changes.at(-1)?.version ?? versions.version + 1;
  state.log.startAt({ ...versions, compactedVersion: Math.max(versions.compactedVersion, oldest - 1) });
  for (const change of changes.reverse()) state.log.append(change);
}

function toLogged(
  state: StoreState,
  entry: StoredHistory,
  later: Map<string, string | undefined>,
  readOld: (row: StoredRow) => Resource,
): LoggedChange {
  const { kindId, key, version, previous } = entry;
  const id = `${kindId} ${formatKey(key)}`;
  const stored = state.tableById(kindId).get(key);
  // Not the row's when the object was deleted later, or made anew.
  const json = entry.last ?? (later.has(id) ? later.get(id) : undefined);
  later.set(id, previous);
  const sizeBytes = (json?.length ?? (stored ? resourceJson(stored).length : 0)) + (previous?.length ?? 0);
  // What was before may be what somebody spoilt with another program, and a write mended.
  const parse = (json: string): Resource => readOld({ kindId, key, version, json });
  const objects = () => ({
    after: json === undefined && stored ? stored : parse(json ?? "{}"),
    before: previous === undefined ? undefined : parse(previous),
  });
  return new LoggedChange(entry, objects, sizeBytes);
}
