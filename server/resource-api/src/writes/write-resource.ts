// Creating and changing objects: ownership of fields, rules, validation, then the store; and the same as a dry run.
import { apiVersionOf, type KindInfo, kinds, type Resource } from "@neverland/api";
import { decideCreate, decideUpdate, decideUpdateStatus } from "@neverland/store/resource-lifecycle.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { ApiContext } from "../api-context.ts";
import { invalid, notFound, toFault } from "../wire/api-fault.ts";
import type { JsonObject } from "../wire/json.ts";
import type { RequestTarget } from "../wire/request-target.ts";
import { updateFields, type Writer } from "./managed-fields.ts";
import { metadataOf, toObject, toResource, withoutStatus } from "./resource-input.ts";
import { validateResource } from "./validate-resource.ts";

export type WriteOptions = { readonly manager: string; readonly dryRun: boolean };

/** How often a patch is tried anew when another write came between; its caller named no version, so does not care. */
const patchAttempts = 8;
const nameAttempts = 8;

/** @throws {ApiFault} `AlreadyExists`, `Invalid`, `BadRequest`. */
export async function createResource(
  context: ApiContext,
  target: RequestTarget,
  object: JsonObject,
  options: WriteOptions,
): Promise<Resource> {
  const owned = updateFields(undefined, withoutStatus(object), writerFor(context, target, options.manager));
  return await createOwned(context, target, owned, options);
}

/** As {@link createResource}, for an object whose managedFields are right already. */
export async function createOwned(
  context: ApiContext,
  target: RequestTarget,
  object: JsonObject,
  options: WriteOptions,
): Promise<Resource> {
  const resource = toResource(withoutStatus(object), target);
  const { generateName } = resource.metadata;
  for (let attempt = 1; ; attempt++) {
    const isGenerated = !resource.metadata.name && Boolean(generateName);
    const name = isGenerated ? `${generateName}${context.newSuffix()}` : resource.metadata.name;
    const named: Resource = { ...resource, metadata: { ...resource.metadata, name } };
    if (!name) throw invalid(target.kind, "", [nameRequired]);
    validateResource(target.kind, named, "spec");
    try {
      return await write(context, target, named, options.dryRun, () =>
        carryOutCreate(context, target, named, options.dryRun),
      );
    } catch (error) {
      const isTaken = error instanceof StoreError && error.code === "already-exists";
      if (!isTaken || !isGenerated || attempt === nameAttempts) throw toFault(error, target.kind, name);
    }
  }
}

const nameRequired = {
  reason: "FieldValueRequired",
  message: "Required value: name or generateName is required",
  field: "metadata.name",
};

/**
 * Reads the object, changes it, writes it; again when another write came between and `change` named no version.
 * @param change The live object as it shall be, its managedFields included.
 * @throws {ApiFault} `NotFound`, `Conflict`, `Invalid`, `BadRequest`.
 */
export async function changeResource(
  context: ApiContext,
  target: Required<Pick<RequestTarget, "namespace" | "name">> & RequestTarget,
  dryRun: boolean,
  change: (live: JsonObject) => JsonObject,
): Promise<Resource> {
  const { kind, namespace, name } = target;
  for (let attempt = 1; ; attempt++) {
    const live = await context.store.get(kind, { namespace, name });
    if (!live) throw notFound(kind, name);
    const next = toResource(change(toObject(live)), target);
    const isPinned =
      Boolean(next.metadata.resourceVersion) && next.metadata.resourceVersion !== live.metadata.resourceVersion;
    if (!next.metadata.resourceVersion) next.metadata.resourceVersion = live.metadata.resourceVersion;
    try {
      return await writeChanged(context, target, live, next, dryRun);
    } catch (error) {
      const isLate = error instanceof StoreError && error.code === "conflict";
      if (!isLate || isPinned || attempt === patchAttempts) throw toFault(error, kind, name);
    }
  }
}

async function writeChanged(
  context: ApiContext,
  target: RequestTarget,
  live: Resource,
  next: Resource,
  dryRun: boolean,
): Promise<Resource> {
  const { kind } = target;
  const isStatus = target.subresource === "status";
  if (!isStatus) refuseNewFinalizers(target, live, next);
  validateResource(kind, next, isStatus ? "status" : "spec");
  if (isStatus && dryRun) return decideUpdateStatus(kind, live, next, stamp(context, live)).object;
  if (isStatus) return await context.store.updateStatus(kind, next);
  return await write(context, target, next, dryRun, async () =>
    dryRun ? decideUpdate(kind, live, next, stamp(context, live)).object : await context.store.update(kind, next),
  );
}

async function write(
  context: ApiContext,
  { kind }: RequestTarget,
  resource: Resource,
  dryRun: boolean,
  carryOut: () => Promise<Resource>,
): Promise<Resource> {
  if (!isHardware(kind)) return await carryOut();
  if (!dryRun) return await context.identities.write(resource, carryOut);
  await context.identities.check(resource);
  return await carryOut();
}

function isHardware({ kind, group }: KindInfo): boolean {
  return kind === kinds.Hardware.kind && group === kinds.Hardware.group;
}

async function carryOutCreate(
  context: ApiContext,
  { kind }: RequestTarget,
  resource: Resource,
  dryRun: boolean,
): Promise<Resource> {
  if (!dryRun) return await context.store.create(kind, resource);
  const stored = await context.store.get(kind, resource.metadata);
  const { version, nowMs } = stamp(context, stored);
  return decideCreate(kind, stored, resource, { version, nowMs, uid: context.newUid() }).object;
}

/** A dry run shows the version that is there. */
function stamp(context: ApiContext, live: Resource | undefined) {
  return { version: Number(live?.metadata.resourceVersion ?? 0), nowMs: context.clock.nowMs() };
}

/** An object on its way out can only lose finalizers, or it might never go. */
function refuseNewFinalizers({ kind }: RequestTarget, live: Resource, next: Resource): void {
  const present = live.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !present.includes(finalizer));
  if (!live.metadata.deletionTimestamp || added.length === 0) return;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found ${added.join(", ")}`;
  throw invalid(kind, live.metadata.name, [{ reason: "FieldValueForbidden", message, field: "metadata.finalizers" }]);
}

/** Who writes, and what of the object. */
export function writerFor(context: ApiContext, { kind, subresource }: RequestTarget, manager: string): Writer {
  return {
    manager,
    apiVersion: apiVersionOf(kind),
    time: new Date(context.clock.nowMs()).toISOString().replace(/\.\d+Z$/, "Z"),
    ...(subresource === "status" && { subresource }),
  };
}

/** For a write of the status alone: the live object with the status and the owners of `next`. */
export function statusOnly(live: JsonObject, next: JsonObject): JsonObject {
  const { managedFields, resourceVersion } = metadataOf(next);
  const metadata = { ...metadataOf(live), managedFields, resourceVersion };
  return { ...live, metadata, status: next.status };
}
