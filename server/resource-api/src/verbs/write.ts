// The verbs that write: create, replace and patch.
import { fieldsAt, type JsonObject, type KindInfo, type Resource } from "@neverland/api";
import { applyResource, patchResource, replaceResource } from "@neverland/resources/patches/patch-resource.ts";
import { invalid } from "@neverland/resources/resource-error.ts";
import { metadataOf, toResource, withoutStatus } from "@neverland/resources/resource-input.ts";
import type { WriteOptions, WriteTarget } from "@neverland/resources/write-path.ts";
import { ApiFault, toFault } from "../wire/api-fault.ts";
import { checkFields } from "../wire/field-validation.ts";
import type { OptionsKind } from "../wire/option-faults.ts";
import { patchTypeOf, readObject, readPatch } from "../wire/request-body.ts";
import type { NamedTarget, RequestTarget } from "../wire/request-target.ts";
import { warn } from "../wire/warning.ts";
import { readWriteOptions } from "../wire/write-options.ts";
import { checkContent, noteEffects, noteReferences } from "./check-content.ts";
import { answer, type Exchange } from "./exchange.ts";

/** @throws {ApiFault} */
export async function create(exchange: Exchange, target: RequestTarget & { namespace: string }): Promise<void> {
  const { context, request, query } = exchange;
  const { kind, namespace } = target;
  const options = optionsOf(exchange, "CreateOptions");
  const sent = readObject(request.body, request.headers["content-type"], kind);
  checkFields(kind, sent, query, exchange);
  await checkContent(exchange, { kind, namespace, name: nameIn(sent) }, sent);
  const object = withoutStatus(sent);
  refuseVersion(object);
  try {
    const made = await context.writes.create(kind, object, { namespace }, options);
    await noteReferences(exchange, kind, made);
    await noteEffects(exchange, kind, made, "written");
    await answer(exchange, kind, made, 201);
  } catch (error) {
    throw toFault(error, kind, nameIn(object)); // the path does not say which
  }
}

export async function replace(exchange: Exchange, target: NamedTarget): Promise<void> {
  const before = await readBefore(exchange, target);
  await answerWritten(exchange, target, await replaced(exchange, target), { before });
}

export async function patch(exchange: Exchange, target: NamedTarget): Promise<void> {
  const before = await readBefore(exchange, target);
  const { resource, created } = await patched(exchange, target);
  await answerWritten(exchange, target, resource, { before, status: created ? 201 : 200 });
}

/** Of a kind of which more is told than whether it was written. */
async function readBefore(
  { context }: Exchange,
  { kind, namespace, name, subresource }: NamedTarget,
): Promise<Resource | undefined> {
  if ((kind.retention === undefined && kind.references === undefined) || subresource !== undefined) return undefined;
  return await context.store.get(kind, { namespace, name });
}

/** Of a kind whose objects come to an end, the end that this one has come to. */
function endOf({ retention }: KindInfo, object: Resource): string | undefined {
  if (retention === undefined) return undefined;
  const end = fieldsAt(object, retention.field).find(({ value }) => retention.values.includes(String(value)));
  return end && String(end.value);
}

async function replaced(exchange: Exchange, target: NamedTarget): Promise<Resource> {
  const { context, request, query } = exchange;
  const options = optionsOf(exchange, "UpdateOptions");
  const object = readObject(request.body, request.headers["content-type"], target.kind);
  checkFields(target.kind, object, query, exchange);
  await checkContent(exchange, target, object);
  requireVersion(target, toResource(target.kind, object, target));
  return await replaceResource(context.writes, writeTarget(target), object, options);
}

/** Without the version that was read, an update would undo what others wrote since: not every kind allows that. */
function requireVersion({ kind, name }: NamedTarget, { metadata }: Resource): void {
  if (metadata.resourceVersion || kind.unconditionalUpdate) return;
  const message = "Invalid value: 0x0: must be specified for an update";
  throw invalid(kind, name, [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }]);
}

async function patched(exchange: Exchange, target: NamedTarget): Promise<{ resource: Resource; created: boolean }> {
  const { context, request, query } = exchange;
  const type = patchTypeOf(request.headers["content-type"], target.kind);
  const options = optionsOf(exchange, "PatchOptions", type === "apply");
  const value = readPatch(request.body, type);
  checkFields(target.kind, value, query, exchange);
  await checkContent(exchange, target, value);
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
  { before, status = 200 }: { before: Resource | undefined; status?: number },
): Promise<void> {
  const { name, deletionTimestamp, finalizers } = object.metadata;
  const isSameSpec =
    before?.metadata.uid === object.metadata.uid && before.metadata.generation === object.metadata.generation;
  const end = before && endOf(kind, before);
  if (deletionTimestamp && finalizers?.length && !subresource)
    warn(exchange.reply, [`${kind.singular}/${name} is being deleted: apply it again when it has gone`]);
  else if (end !== undefined && !isSameSpec)
    warn(exchange.reply, [
      `${kind.singular}/${name} has ended (${end}): tink ${kind.singular} retry ${name} runs it anew`,
    ]);
  // What a spec names, and what it does to others, was looked at when that was written.
  if (!subresource && !isSameSpec) {
    await noteReferences(exchange, kind, object);
    await noteEffects(exchange, kind, object, "written");
  }
  await answer(exchange, kind, object, status);
}

function writeTarget({ kind, namespace, name, subresource }: NamedTarget): WriteTarget {
  return { kind, namespace, name, half: subresource === "status" ? "status" : "content" };
}

function nameIn(object: JsonObject): string {
  const { name } = metadataOf(object);
  return typeof name === "string" ? name : "";
}

/** The query's, which are looked at before the body is. */
function optionsOf({ request, query }: Exchange, kind: OptionsKind, isApply = false): WriteOptions {
  return readWriteOptions(query, kind, request.headers["user-agent"] ?? "", isApply);
}

/** The server numbers what is made: who gives a version means an object that was there. */
function refuseVersion(object: JsonObject): void {
  if (!metadataOf(object).resourceVersion) return;
  const advice = "leave metadata.resourceVersion out, or PUT the object if it is there";
  throw new ApiFault("BadRequest", `resourceVersion should not be set on objects to be created: ${advice}`);
}
