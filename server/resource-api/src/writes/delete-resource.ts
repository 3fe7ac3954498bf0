// DELETE of one object or of a selection, with what shall become of the objects that it owns.
import type { Resource } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import { type ListOptions, type Preconditions, StoreError } from "@neverland/store/resource-store.ts";
import type { ApiContext } from "../api-context.ts";
import { ApiFault, notFound, toFault } from "../wire/api-fault.ts";
import { type JsonObject, member } from "../wire/json.ts";
import type { RequestQuery } from "../wire/request-query.ts";
import type { RequestTarget } from "../wire/request-target.ts";
import type { NamedTarget } from "./patch-resource.ts";

export type DeleteOptions = {
  readonly finalizer?: string;
  readonly preconditions: Preconditions;
  readonly dryRun: boolean;
};

/** From the body (DeleteOptions) or the query; the body wins. @throws {ApiFault} `BadRequest`. */
export function readDeleteOptions(body: JsonObject, query: RequestQuery): DeleteOptions {
  const policy = member(body, "propagationPolicy") ?? (query.text("propagationPolicy") || "Background");
  const finalizers = new Map([
    ["Background", undefined],
    ["Foreground", foregroundFinalizer],
    ["Orphan", orphanFinalizer],
  ]);
  if (typeof policy !== "string" || !finalizers.has(policy))
    throw new ApiFault(
      "BadRequest",
      `propagationPolicy must be Background, Foreground or Orphan, not ${String(policy)}`,
    );
  const orphans = member(body, "orphanDependents") === true;
  const finalizer = orphans ? orphanFinalizer : finalizers.get(policy);
  const text = (key: string) => {
    const value = member(member(body, "preconditions"), key);
    return typeof value === "string" ? { [key]: value } : {};
  };
  const dryRuns = member(body, "dryRun");
  return {
    ...(finalizer && { finalizer }),
    preconditions: { ...text("uid"), ...text("resourceVersion") },
    dryRun: query.dryRun || (Array.isArray(dryRuns) && dryRuns.includes("All")),
  };
}

/** @returns The object: gone, or marked as on its way out when finalizers hold it. */
export async function deleteResource(
  context: ApiContext,
  target: NamedTarget,
  options: DeleteOptions,
): Promise<{ resource: Resource; isGone: boolean }> {
  const { kind, namespace, name } = target;
  const key = { namespace, name };
  for (let attempt = 1; ; attempt++) {
    const live = await context.store.get(kind, key);
    if (!live) throw notFound(kind, name);
    if (options.dryRun) return { resource: live, isGone: true };
    try {
      const held = await hold(context, target, live, options);
      const preconditions = held === live ? options.preconditions : { uid: held.metadata.uid };
      const resource = await context.store.delete(kind, key, preconditions);
      const isGone = !resource.metadata.finalizers?.length;
      if (isGone && kind.kind === "Hardware") context.identities.forget(resource);
      return { resource, isGone };
    } catch (error) {
      const isLate = error instanceof StoreError && error.code === "conflict" && isMet(options.preconditions, live);
      if (!isLate || attempt === 8) throw toFault(error, kind, name);
    }
  }
}

/** The object with the finalizer that the wanted policy needs; records have no owners of anything, so need none. */
async function hold(
  context: ApiContext,
  { kind }: NamedTarget,
  live: Resource,
  { finalizer, preconditions }: DeleteOptions,
): Promise<Resource> {
  const finalizers = live.metadata.finalizers ?? [];
  const needless = !finalizer || !kind.hasStatus || finalizers.includes(finalizer) || live.metadata.deletionTimestamp;
  if (needless || !isMet(preconditions, live)) return live;
  const metadata = { ...live.metadata, finalizers: [...finalizers, finalizer] };
  return await context.store.update(kind, { ...live, metadata });
}

function isMet({ uid, resourceVersion }: Preconditions, { metadata }: Resource): boolean {
  return (!uid || uid === metadata.uid) && (!resourceVersion || resourceVersion === metadata.resourceVersion);
}

/** Deletes what is selected and answers with it. What another deleted meanwhile is no fault. */
export async function deleteSelected(
  context: ApiContext,
  target: RequestTarget,
  selection: ListOptions,
  options: DeleteOptions,
) {
  const list = await context.store.list(target.kind, selection);
  for (const { metadata } of list.items) {
    const named = { ...target, namespace: metadata.namespace, name: metadata.name };
    await deleteResource(context, named, options).catch((error: unknown) => {
      if (!(error instanceof ApiFault) || error.reason !== "NotFound") throw error;
    });
  }
  return list;
}
