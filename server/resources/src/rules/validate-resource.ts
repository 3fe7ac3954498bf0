// Checks a resource before it is written: its size, its metadata, and the schemas of its kind.
import { contentSchemas, fieldName, type KindInfo, type Resource, type ValueFault } from "@neverland/api";
import { type FieldFault, invalid } from "../resource-error.ts";
import { metadataFaults } from "./metadata-faults.ts";
import { isOver, mostLeaves } from "./object-size.ts";
import { schemaFaults } from "./schema-faults.ts";

/**
 * @param live What is stored of it: a value that is of no use there already may stay, so that the rest of the object can be changed.
 * @throws {ResourceError} `invalid`, with a fault for each field. Unknown fields are none.
 */
export function validateResource(kind: KindInfo, resource: Resource, live?: Resource): void {
  const content = contentSchemas(kind).flatMap(([name, schema]) => {
    const value: unknown = Reflect.get(resource, name);
    return schemaFaults(schema, name === "spec" ? (value ?? {}) : value, name, kind);
  });
  refuse(kind, resource, [
    ...contentSizeFaults(kind, resource),
    ...metadataFaults(kind, resource.metadata),
    ...content,
    ...valueFaults(kind, resource, live),
  ]);
}

function valueFaults({ faults }: KindInfo, resource: Resource, live: Resource | undefined): FieldFault[] {
  const found = faults?.(resource) ?? [];
  if (found.length === 0) return [];
  const asFieldFault = ({ path, message }: ValueFault): FieldFault => {
    return { reason: "FieldValueInvalid", message: `Invalid value: ${message}`, field: fieldName("", path).slice(1) };
  };
  const stored = (live === undefined ? [] : (faults?.(live) ?? [])).map(({ message }) => message);
  // Each stays once, wherever it stands now: a list may have been put in another order.
  const isNew = ({ message }: ValueFault): boolean => {
    const at = stored.indexOf(message);
    if (at >= 0) stored.splice(at, 1);
    return at < 0;
  };
  return found.filter(isNew).map(asFieldFault);
}

/** @throws {ResourceError} `invalid`. */
export function validateStatus(kind: KindInfo, resource: Resource): void {
  const faults = kind.status ? schemaFaults(kind.status, resource.status ?? {}, "status", kind) : [];
  refuse(kind, resource, [...sizeFaults(resource.status, "status"), ...faults]);
}

function refuse(kind: KindInfo, { metadata }: Resource, faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw invalid(kind, metadata.name, faults);
}

/** Of all but the status and the owners. Where the whole has few enough values, as nearly always, its part has. */
function contentSizeFaults({ mostBytes }: KindInfo, resource: Resource): FieldFault[] {
  if (mostBytes === undefined && !isOver(resource, mostLeaves)) return [];
  const { metadata, status: _, ...rest } = resource;
  const { managedFields: __, ...own } = metadata;
  const content = { ...rest, metadata: own };
  return [...sizeFaults(content, "object"), ...(mostBytes === undefined ? [] : lengthFaults(content, mostBytes))];
}

function lengthFaults(content: object, mostBytes: number): FieldFault[] {
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes <= mostBytes) return [];
  const message = `Too long: must be at most ${mostBytes} bytes of JSON, and is ${bytes}; leave out what is no fact about the machine`;
  return [{ reason: "FieldValueTooLong", message, field: "object" }];
}

function sizeFaults(value: unknown, field: string): FieldFault[] {
  if (!isOver(value, mostLeaves)) return [];
  return [{ reason: "FieldValueTooMany", message: `Too many: must have at most ${mostLeaves} values in it`, field }];
}
