// Checks a resource before it is written: names, labels, and the schemas of its kind.
import { contentSchemas, type KindInfo, type Resource } from "@neverland/api";
import { type FieldFault, invalid } from "../resource-error.ts";
import { namespaceFaults } from "./namespace-name.ts";
import { isOver, mostLeaves } from "./object-size.ts";
import { badValue, schemaFaults } from "./schema-faults.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;

/** @throws {ResourceError} `invalid`, with a fault for each field. Unknown fields are none. */
export function validateResource(kind: KindInfo, resource: Resource): void {
  const content = contentSchemas(kind).flatMap(([name, schema]) => {
    const value: unknown = Reflect.get(resource, name);
    return schemaFaults(schema, name === "spec" ? (value ?? {}) : value, name, kind);
  });
  const { metadata, status: _, ...rest } = resource;
  const { managedFields: __, ...own } = metadata;
  refuse(kind, resource, [
    ...sizeFaults({ ...rest, metadata: own }, "object"),
    ...metadataFaults(kind, resource),
    ...content,
  ]);
}

/** @throws {ResourceError} `invalid`. */
export function validateStatus(kind: KindInfo, resource: Resource): void {
  const faults = kind.status ? schemaFaults(kind.status, resource.status ?? {}, "status", kind) : [];
  refuse(kind, resource, [...sizeFaults(resource.status, "status"), ...faults]);
}

function refuse(kind: KindInfo, { metadata }: Resource, faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw invalid(kind, metadata.name, faults);
}

function sizeFaults(value: unknown, field: string): FieldFault[] {
  if (!isOver(value, mostLeaves)) return [];
  return [{ reason: "FieldValueTooMany", message: `Too many: must have at most ${mostLeaves} values in it`, field }];
}

function metadataFaults({ scope }: KindInfo, { metadata }: Resource): FieldFault[] {
  const faults: FieldFault[] = [];
  const check = (ok: boolean, field: string, value: string, expected: string) => {
    if (!ok) faults.push(badValue(field, value, expected));
  };
  const { name, namespace, labels, finalizers } = metadata;
  const nameRule = "a lower case DNS name of at most 253 letters, digits, '-' and '.', such as machine-1";
  check(name.length <= 253 && subdomain.test(name), "metadata.name", name, `must be ${nameRule}`);
  if (scope === "cluster") check(namespace === "", "metadata.namespace", namespace, "must be empty");
  else faults.push(...namespaceFaults("metadata.namespace", namespace));
  for (const [key, value] of Object.entries(labels ?? {})) {
    check(qualifiedName.test(key), "metadata.labels", key, "a label's name must be letters, digits, '-', '_' and '.'");
    check(
      labelValue.test(value),
      `metadata.labels[${key}]`,
      value,
      "must be at most 63 letters, digits, '-', '_', '.'",
    );
  }
  for (const [index, finalizer] of (finalizers ?? []).entries())
    check(qualifiedName.test(finalizer), `metadata.finalizers[${index}]`, finalizer, "must be a qualified name");
  return faults;
}
