// Turns what a caller sent into a Resource: right kind, right name, metadata of the right form.
import {
  apiVersionOf,
  isObject,
  type JsonObject,
  type KindInfo,
  member,
  objectMetaSchema,
  type Resource,
} from "@neverland/api";
import { unreadableAnnotation } from "@neverland/store/stored-fault.ts";
import { withMember } from "./json.ts";
import { invalid, ResourceError } from "./resource-error.ts";
import { schemaFaults } from "./rules/schema-faults.ts";

/** Where the object is to be: what it says of itself must agree. */
export type Place = { readonly namespace: string; readonly name?: string };

/**
 * Checks kind, name and namespace against the place, fills in what the place says, and checks the form of the metadata.
 * Spec and status are not looked at.
 * @throws {ResourceError} `malformed`, `invalid`.
 */
export function toResource(kind: KindInfo, object: JsonObject, { namespace, name }: Place): Resource {
  mustBe(object, "apiVersion", apiVersionOf(kind));
  mustBe(object, "kind", kind.kind);
  const metadata = metadataOf(object);
  const faults = schemaFaults(objectMetaSchema, metadata, "metadata", kind);
  const ownName = textOf(metadata, "name");
  if (faults.length > 0) throw invalid(kind, ownName ?? name ?? "", faults);
  for (const field of ["creationTimestamp", "deletionTimestamp"]) mustBeTime(metadata, field);
  if (name !== undefined && ownName !== undefined && ownName !== name)
    throw new ResourceError(
      "malformed",
      `the name of the object (${ownName}) does not match the name on the URL (${name})`,
    );
  const ownNamespace = textOf(metadata, "namespace");
  if (ownNamespace !== undefined && kind.scope === "cluster") {
    const text = `${kind.kind} belongs to no namespace: leave out metadata.namespace (${ownNamespace})`;
    throw new ResourceError("malformed", text);
  }
  if (ownNamespace !== undefined && ownNamespace !== namespace) {
    const text = "the namespace of the provided object does not match the namespace sent on the request";
    throw new ResourceError("malformed", `${text} (${ownNamespace}, ${namespace})`);
  }
  const filled = { ...metadata, name: ownName ?? name ?? "", namespace };
  // The form was just checked; what the store fills in (uid, versions) may be absent, and the store does not read it then.
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: filled } as unknown as Resource;
}

/** The server tells the times itself, but who sends what is none means something else by it. */
function mustBeTime(metadata: JsonObject, field: string): void {
  const value = textOf(metadata, field);
  if (value === undefined || (rfc3339.test(value) && !Number.isNaN(Date.parse(value)))) return;
  const example = `leave it out, or write it as 2026-01-31T10:00:00Z`;
  throw new ResourceError("malformed", `metadata.${field}: ${JSON.stringify(value)} is no time; ${example}`);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Metadata without members that are null: `creationTimestamp: null` is in many files, and says nothing. */
export function metadataOf(object: JsonObject): JsonObject {
  const metadata = member(object, "metadata");
  if (metadata === undefined) return {};
  if (!isObject(metadata)) throw new ResourceError("malformed", "metadata must be an object");
  const members = Object.values(metadata);
  if (!members.includes(null)) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}

/** Without `status`: it is written through the status subresource alone. */
export function withoutStatus(object: JsonObject): JsonObject {
  return withMember(object, "status", undefined);
}

/** In the form in which objects of the kind are kept, without what the server shows of one that could not be read. */
export function prepared(kind: KindInfo, object: JsonObject): JsonObject {
  const own = withoutMark(object);
  return kind.prepare?.(own) ?? own;
}

/** Who mends an object that was shown with the mark sends it along, or leaves it where it is. */
export function withoutMark(object: JsonObject): JsonObject {
  const metadata = member(object, "metadata");
  const annotations = member(metadata, "annotations");
  if (!isObject(metadata) || !isObject(annotations) || member(annotations, unreadableAnnotation) === undefined)
    return object;
  const others = withMember(annotations, unreadableAnnotation, undefined);
  const left = Object.keys(others).length > 0 ? others : undefined;
  return withMember(object, "metadata", withMember(metadata, "annotations", left));
}

/** @throws {ResourceError} `malformed` when the object names another kind than the one it is sent as. */
function mustBe(object: JsonObject, field: "apiVersion" | "kind", expected: string): void {
  const value = member(object, field);
  if (value === undefined || value === expected) return;
  throw new ResourceError(
    "malformed",
    `the ${field} in the data (${String(value)}) does not match the expected one (${expected})`,
  );
}

function textOf(object: JsonObject, key: string): string | undefined {
  const value = member(object, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
