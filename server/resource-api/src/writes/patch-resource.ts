// PATCH: JSON patch, merge patch and server-side apply.
import type { Resource } from "@neverland/api";
import type { ApiContext } from "../api-context.ts";
import { ApiFault } from "../wire/api-fault.ts";
import { isObject, type JsonObject, member } from "../wire/json.ts";
import type { PatchType } from "../wire/request-body.ts";
import type { RequestTarget } from "../wire/request-target.ts";
import { jsonPatch } from "./json-patch.ts";
import { applyFields, updateFields } from "./managed-fields.ts";
import { mergePatch } from "./merge-patch.ts";
import { metadataOf, toResource, withoutStatus } from "./resource-input.ts";
import { changeResource, createOwned, statusOnly, type WriteOptions, writerFor } from "./write-resource.ts";

export type NamedTarget = RequestTarget & { readonly namespace: string; readonly name: string };
export type PatchOptions = WriteOptions & { readonly force: boolean };

/** @returns Whether the object was created, which only apply can do. */
export async function patchResource(
  context: ApiContext,
  target: NamedTarget,
  type: PatchType,
  patch: unknown,
  options: PatchOptions,
): Promise<{ resource: Resource; created: boolean }> {
  if (type === "apply") return await apply(context, target, patch, options);
  const writer = writerFor(context, target, options.manager);
  const edit = type === "json" ? jsonPatch : mergePatch;
  const resource = await changeResource(context, target, options.dryRun, (live) => {
    const patched = edit(live, patch);
    if (!isObject(patched)) throw new ApiFault("Invalid", "The patch leaves no object");
    return updateFields(live, halfOf(target, live, patched), writer);
  });
  return { resource, created: false };
}

async function apply(context: ApiContext, target: NamedTarget, patch: unknown, options: PatchOptions) {
  const applied = readApplied(target, patch);
  const writer = writerFor(context, target, options.manager);
  const create = async () => {
    const owned = applyFields(undefined, withoutStatus(applied), writer, options.force);
    return { resource: await createOwned(context, target, owned, options), created: true };
  };
  const change = async () => {
    const edit = (live: JsonObject) => {
      const next = applyFields(live, applied, writer, options.force);
      const { resourceVersion } = metadataOf(applied);
      return { ...next, metadata: { ...metadataOf(next), ...(resourceVersion !== undefined && { resourceVersion }) } };
    };
    return { resource: await changeResource(context, target, options.dryRun, edit), created: false };
  };
  const isThere = (await context.store.get(target.kind, target)) !== undefined;
  if (isThere || target.subresource === "status") return await change();
  // Two first applies at once: the one that comes second changes what the first made.
  return await create().catch((error: unknown) => {
    if (error instanceof ApiFault && error.reason === "AlreadyExists") return change();
    throw error;
  });
}

/** What is applied must say what it is, and leaves ownership to us. */
function readApplied(target: NamedTarget, patch: unknown): JsonObject {
  const applied = isObject(patch) ? patch : {};
  if (member(applied, "apiVersion") === undefined || member(applied, "kind") === undefined)
    throw new ApiFault("BadRequest", "What is applied must have apiVersion and kind");
  if (metadataOf(applied).managedFields !== undefined)
    throw new ApiFault("BadRequest", "metadata.managedFields must not be in what is applied");
  toResource(applied, target); // for its checks of names and forms
  const { name: _, namespace: __, resourceVersion: ___, ...metadata } = metadataOf(applied);
  const identity = { name: target.name, namespace: target.namespace };
  const version = metadataOf(applied).resourceVersion;
  return {
    ...(target.subresource === "status" ? applied : withoutStatus(applied)),
    metadata: { ...metadata, ...identity, ...(version !== undefined && { resourceVersion: version }) },
  };
}

function halfOf(target: RequestTarget, live: JsonObject, next: JsonObject): JsonObject {
  return target.subresource === "status" ? statusOnly(live, next) : next;
}
