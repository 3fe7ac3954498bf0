// Everything a medium has, brought into memory at the start: in slices, so that the event loop goes on.
import { formatKey, type KindInfo, type Resource } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type HistoryBounds, LoggedChange } from "./change-log.ts";
import { freezeJson, resourceJson } from "./resource-json.ts";
import type { StoreBackend, StoredHistory } from "./store-backend.ts";
import { kindIdOf, StoreState } from "./store-state.ts";
import { checkStored, readRow, type StoredFault } from "./stored-fault.ts";

export type LoadDeps = {
  readonly kinds: readonly KindInfo[];
  readonly bounds: HistoryBounds;
  readonly newUid: () => string;
  readonly onFault: (fault: StoredFault) => void;
};

/** @throws {StoreError} `unavailable`. */
export async function loadState(backend: StoreBackend, deps: LoadDeps): Promise<StoreState> {
  const state = new StoreState();
  const kinds = new Map(deps.kinds.map((kind) => [kindIdOf(kind), kind]));
  for (const kind of deps.kinds) state.tableOf(kind); // so that its indexes are filled on the way
  const breather = new Breather();
  for await (const rows of backend.rows())
    for (const row of rows) {
      if (breather.isDue) await breather.breathe();
      const kind = kinds.get(row.kindId);
      const resource = readRow(row, kind, deps.newUid);
      const fault = kind && checkStored(resource, kind);
      if (fault) deps.onFault(fault);
      state.tableById(row.kindId).put(freezeJson(resource));
    }
  await loadHistory(state, backend, deps, breather);
  return state;
}

/** Newest first: what is beyond the bounds is not read, and what an object was after a change is what it was before the next. */
async function loadHistory(state: StoreState, backend: StoreBackend, { bounds }: LoadDeps, breather: Breather) {
  const versions = await backend.versions();
  const after = new Map<string, string | undefined>();
  const changes: LoggedChange[] = [];
  let [count, bytes] = [0, 0];
  read: for await (const part of backend.history())
    for (const entry of part) {
      if (breather.isDue) await breather.breathe();
      const change = toLogged(state, entry, after);
      [count, bytes] = [count + 1, bytes + change.sizeBytes];
      if (count > bounds.count || bytes > bounds.bytes || change.timeMs < bounds.sinceMs) break read;
      changes.push(change);
    }
  const oldest = changes.at(-1)?.version ?? versions.version + 1;
  state.log.startAt({ ...versions, compactedVersion: Math.max(versions.compactedVersion, oldest - 1) });
  for (const change of changes.reverse()) state.log.append(change);
}

function toLogged(state: StoreState, entry: StoredHistory, later: Map<string, string | undefined>): LoggedChange {
  const { kindId, key, previous } = entry;
  const id = `${kindId} ${formatKey(key)}`;
  const stored = state.tableById(kindId).get(key);
  // Not the row's when the object was deleted later, or made anew.
  const json = entry.last ?? (later.has(id) ? later.get(id) : undefined);
  later.set(id, previous);
  const sizeBytes = (json?.length ?? (stored ? resourceJson(stored).length : 0)) + (previous?.length ?? 0);
  const parse = (text: string): Resource => freezeJson(JSON.parse(text)); // what this store itself once wrote
  const objects = () => ({
    after: json === undefined && stored ? stored : parse(json ?? "{}"),
    before: previous === undefined ? undefined : parse(previous),
  });
  return new LoggedChange(entry, objects, sizeBytes);
}
