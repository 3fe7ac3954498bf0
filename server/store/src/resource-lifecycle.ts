// What a write makes of the stored object: versions, generation, finalizers, deletion. Pure; every driver uses it.
import { apiVersionOf, type KindInfo, type ObjectMeta, type Resource, type ResourceKey } from "@neverland/api";
import { formatSeconds } from "@neverland/platform/time/clock.ts";
import { sameJson } from "./resource-json.ts";
import { type NewResource, type Preconditions, StoreError } from "./resource-store.ts";

/** `object` carries the version of the write; `unchanged` takes no version and makes no event. */
export type WriteDecision =
  | { readonly type: "unchanged"; readonly object: Resource }
  | { readonly type: "added" | "modified" | "deleted"; readonly object: Resource };

/** What the store adds by itself to a write. */
export type Stamp = { readonly version: number; readonly nowMs: number };

/** @throws {StoreError} `already-exists`. */
export function decideCreate(
  kind: KindInfo,
  stored: Resource | undefined,
  wanted: NewResource,
  { version, nowMs, uid }: Stamp & { uid: string },
): WriteDecision {
  if (stored) throw new StoreError("already-exists", `${nameOf(kind, wanted.metadata)} already exists`);
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, ...metadata } = wanted.metadata;
  const filled = { creationTimestamp: formatSeconds(nowMs), generation: 1, uid, resourceVersion: String(version) };
  return {
    type: "added",
    object: {
      ...wanted,
      ...{ apiVersion: apiVersionOf(kind), kind: kind.kind },
      metadata: { ...metadata, ...filled, ...(kind.isView && shownIdentity(metadata)) },
    },
  };
}

/** A view is what it shows: as old as that, and the same one. */
function shownIdentity({ uid, creationTimestamp }: Partial<ObjectMeta>): Partial<ObjectMeta> {
  return { ...(uid && { uid }), ...(creationTimestamp && { creationTimestamp }) };
}

/** @throws {StoreError} `not-found`, `conflict`. */
export function decideUpdate(
  kind: KindInfo,
  stored: Resource | undefined,
  wanted: Resource,
  { version }: Stamp,
): WriteDecision {
  const current = mustMatch(kind, stored, wanted.metadata, wanted.metadata);
  const { status: _, ...content } = wanted;
  const metadata = { ...wanted.metadata, ...keptMetadata(current) };
  const next: Resource = { ...content, apiVersion: current.apiVersion, kind: current.kind, metadata };
  if (current.status !== undefined) next.status = current.status;
  if (!sameJson(contentOf(next), contentOf(current))) metadata.generation += 1;
  const gone = metadata.deletionTimestamp && !metadata.finalizers?.length;
  return settle(gone ? "deleted" : "modified", current, next, version);
}

/** @throws {StoreError} `not-found`, `conflict`. */
export function decideUpdateStatus(
  kind: KindInfo,
  stored: Resource | undefined,
  wanted: Resource,
  { version }: Stamp,
): WriteDecision {
  const current = mustMatch(kind, stored, wanted.metadata, wanted.metadata);
  const next: Resource = { ...current, metadata: { ...current.metadata } };
  if (wanted.metadata.managedFields) next.metadata.managedFields = wanted.metadata.managedFields;
  if (wanted.status === undefined) delete next.status;
  else next.status = wanted.status;
  return settle("modified", current, next, version);
}

/** @throws {StoreError} `not-found`, `conflict`. */
export function decideDelete(
  kind: KindInfo,
  stored: Resource | undefined,
  key: ResourceKey,
  preconditions: Preconditions,
  { version, nowMs }: Stamp,
): WriteDecision {
  const current = mustMatch(kind, stored, key, preconditions);
  if (!current.metadata.finalizers?.length) return settle("deleted", current, { ...current }, version);
  if (current.metadata.deletionTimestamp) return { type: "unchanged", object: current };
  const metadata = {
    ...current.metadata,
    deletionTimestamp: formatSeconds(nowMs),
    deletionGracePeriodSeconds: 0,
    generation: current.metadata.generation + 1,
  };
  const { statusInDeletion } = kind;
  const status = statusInDeletion && { status: { ...Object(current.status), ...statusInDeletion } };
  return settle("modified", current, { ...current, metadata, ...status }, version);
}

function mustMatch(
  kind: KindInfo,
  stored: Resource | undefined,
  key: ResourceKey,
  { uid, resourceVersion }: Preconditions,
): Resource {
  if (!stored) throw new StoreError("not-found", `${nameOf(kind, key)} not found`);
  if (uid && uid !== stored.metadata.uid) {
    const text = `has uid ${stored.metadata.uid}, not ${uid}: it was deleted and made anew`;
    throw new StoreError("conflict", `${nameOf(kind, key)} ${text}`);
  }
  if (resourceVersion && resourceVersion !== stored.metadata.resourceVersion) {
    const text = `is at version ${stored.metadata.resourceVersion}, not ${resourceVersion}: read it again, then decide anew`;
    throw new StoreError("conflict", `${nameOf(kind, key)} ${text}`);
  }
  return stored;
}

/** What no update may change. */
function keptMetadata({ metadata }: Resource) {
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    generation: metadata.generation,
    resourceVersion: metadata.resourceVersion,
    creationTimestamp: metadata.creationTimestamp,
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
  };
}

function settle(type: "modified" | "deleted", current: Resource, next: Resource, version: number): WriteDecision {
  // Compared as it will be stored: `undefined` members are none.
  if (type === "modified" && sameJson(next, current)) return { type: "unchanged", object: current };
  return { type, object: { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } } };
}

/** All but metadata and status: what `generation` counts the changes of. */
function contentOf({ metadata: _, status: __, ...content }: Resource): unknown {
  return content;
}

function nameOf(kind: KindInfo, key: ResourceKey): string {
  return `${kind.kind} ${key.namespace}/${key.name}`;
}
