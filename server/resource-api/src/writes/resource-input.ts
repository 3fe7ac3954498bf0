// Turns what a caller sent into a Resource: right kind, right name, metadata of the right form.
import { apiVersionOf, type KindInfo, objectMetaSchema, type Resource } from "@neverland/api";
import { ApiFault, invalid } from "../wire/api-fault.ts";
import { isObject, type JsonObject, member, withMember } from "../wire/json.ts";
import type { RequestTarget } from "../wire/request-target.ts";
import { schemaFaults } from "./validate-resource.ts";

/**
 * Checks kind, name and namespace against the request's target, fills in what the target says, and checks the form of
 * the metadata. Spec and status are not looked at.
 * @throws {ApiFault} `BadRequest`, `Invalid`.
 */
export function toResource(object: JsonObject, { kind, namespace, name }: RequestTarget): Resource {
  mustBe(object, "apiVersion", apiVersionOf(kind));
  mustBe(object, "kind", kind.kind);
  const metadata = metadataOf(object);
  const faults = schemaFaults(objectMetaSchema, metadata, "metadata");
  const ownName = textOf(metadata, "name");
  if (faults.length > 0) throw invalid(kind, ownName ?? name ?? "", faults);
  if (name !== undefined && ownName !== undefined && ownName !== name)
    throw new ApiFault(
      "BadRequest",
      `the name of the object (${ownName}) does not match the name on the URL (${name})`,
    );
  const ownNamespace = textOf(metadata, "namespace");
  if (ownNamespace !== undefined && ownNamespace !== namespace) {
    const text = "the namespace of the provided object does not match the namespace sent on the request";
    throw new ApiFault("BadRequest", `${text} (${ownNamespace}, ${namespace})`);
  }
  const filled = { ...metadata, name: ownName ?? name ?? "", namespace: namespace ?? "" };
  // The form was just checked; what the store fills in (uid, versions) may be absent, and the store does not read it then.
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: filled } as unknown as Resource;
}

/** Metadata without members that are null: `creationTimestamp: null` is in many files, and says nothing. */
export function metadataOf(object: JsonObject): JsonObject {
  const metadata = member(object, "metadata");
  if (metadata === undefined) return {};
  if (!isObject(metadata)) throw new ApiFault("BadRequest", "metadata must be an object");
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}

/** A resource as the plain object that patches work on. */
export function toObject(resource: Resource): JsonObject {
  return { ...resource };
}

/** Without `status`: it is written through the status subresource alone. */
export function withoutStatus(object: JsonObject): JsonObject {
  return withMember(object, "status", undefined);
}

/** @throws {ApiFault} `BadRequest` when the object names another kind than the URL. */
function mustBe(object: JsonObject, field: "apiVersion" | "kind", expected: string): void {
  const value = member(object, field);
  if (value === undefined || value === expected) return;
  throw new ApiFault(
    "BadRequest",
    `the ${field} in the data (${String(value)}) does not match the expected one (${expected})`,
  );
}

function textOf(object: JsonObject, key: string): string | undefined {
  const value = member(object, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** @throws {ApiFault} `Invalid`: without the version that was read, an update would undo what others wrote since. */
export function requireVersion(kind: KindInfo, resource: Resource): void {
  if (resource.metadata.resourceVersion) return;
  const message = "Invalid value: 0x0: must be specified for an update";
  const cause = { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" };
  throw invalid(kind, resource.metadata.name, [cause]);
}
