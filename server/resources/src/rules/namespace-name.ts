// What may be the name of a namespace: a label of DNS (RFC 1123), since Kubernetes makes host names of it.
import type { FieldFault } from "../resource-error.ts";
import { badValue } from "./schema-faults.ts";

const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** @param field Where the name stands. */
export function namespaceFaults(field: string, namespace: string): FieldFault[] {
  if (namespaceName.test(namespace)) return [];
  return [badValue(field, namespace, "must be at most 63 lower case letters, digits and '-'")];
}
