// What there was of a kind at a version: as it was kept for a list in pages, or made again from the history.
import { formatKey, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { StoreError } from "../resource-store.ts";
import { formatToken } from "./continue-token.ts";
import type { Snapshot } from "./sorted-resources.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";

/**
 * @param after Of a page: the last key of the one before.
 * @throws {StoreError} `gone` when it is neither kept nor in the history.
 */
export async function pastState(
  state: StoreState,
  kind: KindInfo,
  { version, after }: { readonly version: number; readonly after?: ResourceKey },
  nowMs: number,
): Promise<Snapshot> {
  const kindId = kindIdOf(kind);
  const kept = state.lists.find(kindId, version, nowMs);
  if (kept) return kept;
  if (version < state.log.compactedVersion(kindId)) throw gone(version, after);
  const past = state.tableOf(kind).snapshot();
  const log = state.log.of(kindId);
  const changes = log.from(log.find((change) => change.version <= version));
  const old = new Map<string, Resource>();
  const breather = new Breather();
  for (const { key, before } of changes.toReversed()) {
    if (breather.isDue) await breather.breathe();
    if (before === undefined) past.delete(key);
    else past.put(before);
    if (before === undefined) old.delete(formatKey(key));
    else old.set(formatKey(key), before);
  }
  state.lists.keep(kindId, version, past, nowMs, old.values());
  return past;
}

function gone(version: number, after: ResourceKey | undefined): StoreError {
  const text = `The list is of version ${version}, and that state is no longer kept: list again from the start`;
  if (after === undefined) return new StoreError("gone", `${text}.`);
  const onward = "or go on with the token of this answer, from the same place in what is there now.";
  return new StoreError("gone", `${text}, ${onward}`, { continueToken: formatToken({ after }) });
}
