// Changes an object by what a caller sent: a whole object, a JSON patch, a merge patch, or server-side apply.
import { isObject, type JsonObject, member, type Resource } from "@neverland/api";
import { StoreError } from "@neverland/store/resource-store.ts";
import { applyFields, updateFields } from "../fields/managed-fields.ts";
import { ResourceError } from "../resource-error.ts";
import { metadataOf, prepared, toResource, withoutMark, withoutStatus } from "../resource-input.ts";
import type { WriteOptions, WritePath, WriteTarget } from "../write-path.ts";
import { jsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { strategicMergePatch } from "./strategic-merge-patch.ts";

/** Which language a patch is in. `apply` is another matter: see {@link applyResource}. */
export type PatchType = "json" | "merge" | "strategic";

const editors = { json: jsonPatch, merge: mergePatch, strategic: strategicMergePatch } as const;

/** @throws {ResourceError | StoreError} */
export async function patchResource(
  writes: WritePath,
  target: WriteTarget,
  type: PatchType,
  patch: unknown,
  options: WriteOptions,
): Promise<Resource> {
  const edit = editors[type];
  return await editResource(writes, target, options, (live) => {
    const patched = edit(live, patch);
    if (!isObject(patched)) throw new ResourceError("invalid", "The patch leaves no object");
    return patched;
  });
}

/** Puts `object` in the place of what is there. @throws {ResourceError | StoreError} */
export async function replaceResource(
  writes: WritePath,
  target: WriteTarget,
  object: JsonObject,
  options: WriteOptions,
): Promise<Resource> {
  return await editResource(writes, target, options, () => object);
}

/** Of what `edit` makes, the half that is written; its fields are the manager's then. */
async function editResource(
  writes: WritePath,
  target: WriteTarget,
  { manager, dryRun }: WriteOptions,
  edit: (live: Resource) => JsonObject,
): Promise<Resource> {
  const writer = writes.writerFor(target.kind, target.half, manager);
  const halfOf = (live: Resource, next: JsonObject): JsonObject =>
    target.half === "status" ? statusOnly(live, next) : { ...withoutStatus(next), ...statusOf(live) };
  return await writes.change(
    target,
    (live) => updateFields(live, halfOf(live, prepared(target.kind, edit(live))), writer),
    dryRun,
  );
}

/** How often an apply is tried anew when the object comes and goes. */
const applyAttempts = 8;

/**
 * Server-side apply.
 * @returns Whether the object was created.
 * @throws {ResourceError | StoreError}
 */
export async function applyResource(
  writes: WritePath,
  target: WriteTarget,
  patch: unknown,
  { force, ...options }: WriteOptions & { readonly force: boolean },
): Promise<{ resource: Resource; created: boolean }> {
  const { kind, namespace, name, half } = target;
  const applied = readApplied(target, patch);
  const writer = writes.writerFor(kind, half, options.manager);
  const { uid, resourceVersion } = metadataOf(applied);
  const create = async () => {
    if (uid || resourceVersion) throw nothingToChange(target, uid ? `uid ${uid}` : `version ${resourceVersion}`);
    const owned = applyFields(undefined, withoutStatus(applied), writer, force);
    return { resource: await writes.createOwned(kind, owned, { namespace, name }, options), created: true };
  };
  const change = async () => {
    const edit = (live: Resource): JsonObject => {
      const next = applyFields(withoutMark(live), applied, writer, force);
      const pinned = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
      return { ...next, metadata: { ...metadataOf(next), ...pinned } };
    };
    return { resource: await writes.change(target, edit, options.dryRun), created: false };
  };
  for (let attempt = 1; ; attempt++) {
    const isThere = (await writes.reads.get(kind, { namespace, name })) !== undefined;
    try {
      return isThere || half === "status" ? await change() : await create();
    } catch (error) {
      // Another made it meanwhile, or deleted it: what its caller says holds either way.
      const isLate = error instanceof StoreError && error.code === (isThere ? "not-found" : "already-exists");
      if (!isLate || attempt === applyAttempts) throw error;
    }
  }
}

/** Who names an object that was there does not mean to make another of its name: it was deleted meanwhile. */
function nothingToChange({ kind, namespace, name }: WriteTarget, which: string): StoreError {
  return new StoreError(
    "conflict",
    `no ${kind.kind} ${namespace}/${name} is there any more; ${which} was to be changed`,
  );
}

/** What is applied must say what it is, and leaves ownership to us. */
function readApplied({ kind, namespace, name, half }: WriteTarget, patch: unknown): JsonObject {
  const applied = isObject(patch) ? patch : {};
  if (member(applied, "apiVersion") === undefined || member(applied, "kind") === undefined)
    throw new ResourceError("malformed", "What is applied must have apiVersion and kind");
  if (metadataOf(applied).managedFields !== undefined)
    throw new ResourceError("malformed", "metadata.managedFields must not be in what is applied");
  toResource(kind, applied, { namespace, name }); // for its checks of names and forms
  const written = half === "status" ? applied : withoutStatus(prepared(kind, applied));
  return { ...written, metadata: { ...metadataOf(written), name, namespace } };
}

/** For a write of the status alone: the live object with the status and the owners of `next`. */
function statusOnly(live: Resource, next: JsonObject): JsonObject {
  const { managedFields, resourceVersion } = metadataOf(next);
  return { ...live, metadata: { ...metadataOf(live), managedFields, resourceVersion }, status: next.status };
}

function statusOf(live: Resource) {
  return live.status === undefined ? {} : { status: live.status };
}
