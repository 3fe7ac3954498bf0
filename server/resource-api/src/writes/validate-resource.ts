// Checks a resource before it is written: names, labels, and the schemas of its kind.
import type { KindInfo, Resource } from "@neverland/api";
import type { z } from "zod";
import { type FaultCause, invalid } from "../wire/api-fault.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;

/** @throws {ApiFault} `Invalid`, with a cause for each field. Unknown fields are no fault. */
export function validateResource(kind: KindInfo, resource: Resource, half: "spec" | "status"): void {
  const schema = half === "spec" ? kind.spec : kind.status;
  const content = half === "spec" ? (resource.spec ?? {}) : (resource.status ?? {});
  const causes = [...metadataFaults(resource), ...(schema ? schemaFaults(schema, content, half) : [])];
  if (causes.length > 0) throw invalid(kind, resource.metadata.name, causes);
}

function metadataFaults({ metadata }: Resource): FaultCause[] {
  const faults: FaultCause[] = [];
  const check = (ok: boolean, field: string, value: string, expected: string) => {
    if (!ok) faults.push(badValue(field, value, expected));
  };
  const { name, namespace, labels, finalizers } = metadata;
  const nameRule = "a lower case DNS name of at most 253 letters, digits, '-' and '.', such as machine-1";
  check(name.length <= 253 && subdomain.test(name), "metadata.name", name, `must be ${nameRule}`);
  const rule = "must be at most 63 lower case letters, digits and '-'";
  check(namespaceName.test(namespace), "metadata.namespace", namespace, rule);
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

/** Zod's issues as Kubernetes' causes. `root` is `spec`, `status` or `metadata`. */
export function schemaFaults(schema: z.ZodType, value: unknown, root: string): FaultCause[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => toCause(issue, value, root));
}

function toCause(issue: z.core.$ZodIssue, value: unknown, root: string): FaultCause {
  const field = issue.path.reduce<string>((path, step) => `${path}${formatStep(step)}`, root);
  const found = issue.path.reduce<unknown>(
    (part, step) => (typeof part === "object" && part !== null ? Reflect.get(part, step) : undefined),
    value,
  );
  if (found === undefined && issue.code === "invalid_type")
    return { reason: "FieldValueRequired", message: `Required value: expected ${issue.expected}`, field };
  if (issue.code === "invalid_value") {
    const values = issue.values.map((option) => JSON.stringify(option)).join(", ");
    const message = `Unsupported value: ${brief(found)}: supported values: ${values}`;
    return { reason: "FieldValueNotSupported", message, field };
  }
  if (issue.code === "invalid_type")
    return {
      reason: "FieldValueTypeInvalid",
      message: `Invalid value: ${brief(found)}: expected ${issue.expected}`,
      field,
    };
  return badValue(field, found, issue.message);
}

function badValue(field: string, value: unknown, expected: string): FaultCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${brief(value)}: ${expected}`, field };
}

function formatStep(step: PropertyKey): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[\w-]+$/.test(String(step)) ? `.${String(step)}` : `[${String(step)}]`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
