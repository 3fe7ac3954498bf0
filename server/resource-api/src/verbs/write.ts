// The verbs that write: create, replace and patch.
import { fieldsAt, type JsonObject, type Resource } from "@neverland/api";
import { applyResource, patchResource, replaceResource } from "@neverland/resources/patches/patch-resource.ts";
import { invalid } from "@neverland/resources/resource-error.ts";
import { metadataOf, toResource, withoutStatus } from "@neverland/resources/resource-input.ts";
import { isManagerName, managerOfAgent, mostManagerLetters } from "@neverland/resources/rules/manager-name.ts";
import type { WriteTarget } from "@neverland/resources/write-path.ts";
import { ApiFault, toFault } from "../wire/api-fault.ts";
import { checkFields } from "../wire/field-validation.ts";
import { patchTypeOf, readObject, readPatch } from "../wire/request-body.ts";
import type { NamedTarget, RequestTarget } from "../wire/request-target.ts";
import { warn } from "../wire/warning.ts";
import { answer, type Exchange } from "./exchange.ts";

/** @throws {ApiFault} */
export async function create(exchange: Exchange, target: RequestTarget & { namespace: string }): Promise<void> {
  const { context, request, query } = exchange;
  const { kind, namespace } = target;
  const sent = readObject(request.body, request.headers["content-type"], kind);
  checkFields(kind, sent, query, exchange.reply);
  const object = withoutStatus(sent);
  try {
    const made = await context.writes.create(kind, object, { namespace }, writeOptions(exchange));
    await answer(exchange, kind, made, 201);
  } catch (error) {
    throw toFault(error, kind, nameIn(object)); // the path does not say which
  }
}

export async function replace(exchange: Exchange, target: NamedTarget): Promise<void> {
  const before = await endedBefore(exchange, target);
  await answerWritten(exchange, target, await replaced(exchange, target), { before });
}

export async function patch(exchange: Exchange, target: NamedTarget): Promise<void> {
  const before = await endedBefore(exchange, target);
  const { resource, created } = await patched(exchange, target);
  await answerWritten(exchange, target, resource, { before, status: created ? 201 : 200 });
}

type Ended = { readonly generation: number; readonly state: string };

/** Of a kind whose objects come to an end, one that has. */
async function endedBefore(
  { context }: Exchange,
  { kind, namespace, name, subresource }: NamedTarget,
): Promise<Ended | undefined> {
  if (kind.retention === undefined || subresource !== undefined) return undefined;
  const { field, values } = kind.retention;
  const found = await context.store.get(kind, { namespace, name });
  const state = found && fieldsAt(found, field).find(({ value }) => values.includes(String(value)));
  return state && { generation: found.metadata.generation, state: String(state.value) };
}

async function replaced(exchange: Exchange, target: NamedTarget): Promise<Resource> {
  const { context, request, query, reply } = exchange;
  const object = readObject(request.body, request.headers["content-type"], target.kind);
  checkFields(target.kind, object, query, reply);
  requireVersion(target, toResource(target.kind, object, target));
  return await replaceResource(context.writes, writeTarget(target), object, writeOptions(exchange));
}

/** Without the version that was read, an update would undo what others wrote since: not every kind allows that. */
function requireVersion({ kind, name }: NamedTarget, { metadata }: Resource): void {
  if (metadata.resourceVersion || kind.unconditionalUpdate) return;
  const message = "Invalid value: 0x0: must be specified for an update";
  throw invalid(kind, name, [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }]);
}

async function patched(exchange: Exchange, target: NamedTarget): Promise<{ resource: Resource; created: boolean }> {
  const { context, request, query, reply } = exchange;
  const type = patchTypeOf(request.headers["content-type"], target.kind);
  const options = writeOptions(exchange, type === "apply");
  const value = readPatch(request.body, type);
  checkFields(target.kind, value, query, reply);
  const written = writeTarget(target);
  if (type === "apply")
    return await applyResource(context.writes, written, value, { ...options, force: query.flag("force") });
  return { resource: await patchResource(context.writes, written, type, value, options), created: false };
}

/**
 * Who writes what is on its way out may believe that it stays, and who changes what has ended that it goes on. Who took the last
 * finalizer off knows, and a status is controllers' to write.
 */
async function answerWritten(
  exchange: Exchange,
  { kind, subresource }: NamedTarget,
  object: Resource,
  { before, status = 200 }: { before: Ended | undefined; status?: number },
): Promise<void> {
  const { name, deletionTimestamp, finalizers, generation } = object.metadata;
  if (deletionTimestamp && finalizers?.length && !subresource)
    warn(exchange.reply, [`${kind.singular}/${name} is being deleted: apply it again when it has gone`]);
  else if (before !== undefined && before.generation !== generation)
    warn(exchange.reply, [`${kind.singular}/${name} has ended (${before.state}) and does not run again: ${anew}`]);
  await answer(exchange, kind, object, status);
}

const anew = "delete it and apply it anew for that";

function writeTarget({ kind, namespace, name, subresource }: NamedTarget): WriteTarget {
  return { kind, namespace, name, half: subresource === "status" ? "status" : "content" };
}

function nameIn(object: JsonObject): string {
  const { name } = metadataOf(object);
  return typeof name === "string" ? name : "";
}

/** Who writes: as the caller says, or by its User-Agent. Apply must say. */
function writeOptions({ request, query }: Exchange, isApply = false) {
  const named = query.text("fieldManager");
  if (isApply && named === "") throw new ApiFault("BadRequest", "fieldManager is required for an apply patch");
  if (!isManagerName(named))
    throw new ApiFault("BadRequest", `fieldManager has at most ${mostManagerLetters} letters, all of them printable`);
  return {
    manager: named || managerOfAgent(request.headers["user-agent"] ?? "") || "unknown",
    dryRun: query.dryRun,
  };
}
