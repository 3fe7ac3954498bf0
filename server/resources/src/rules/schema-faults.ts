// What a schema says of a value, field by field, in Kubernetes' words.
import { accepts, fieldName, isSensitive, type KindInfo, Sensitive } from "@neverland/api";
import type { z } from "zod";
import type { FieldFault } from "../resource-error.ts";

/** Nobody reads more, and each costs a text. */
const mostFaults = 100;

/**
 * Of very many the first.
 * @param root The name of `value`: `spec`, `status`, `metadata`.
 * @param kind Says which fields are sensitive: of these the faults do not show what was found.
 */
export function schemaFaults(schema: z.ZodType, value: unknown, root: string, kind: KindInfo): FieldFault[] {
  if (accepts(schema, value)) return [];
  const result = schema.safeParse(value);
  return result.success
    ? []
    : result.error.issues.slice(0, mostFaults).map((issue) => toFault(issue, value, root, kind));
}

export function badValue(field: string, value: unknown, expected: string): FieldFault {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${brief(value)}: ${expected}`, field };
}

function toFault(issue: z.core.$ZodIssue, value: unknown, root: string, kind: KindInfo): FieldFault {
  const field = fieldName(root, issue.path);
  const there = issue.path.reduce<unknown>(
    (part, step) => (typeof part === "object" && part !== null ? Reflect.get(part, step) : undefined),
    value,
  );
  const found = there !== undefined && isSensitive(kind, [root, ...issue.path]) ? new Sensitive(there) : there;
  if (found === undefined && issue.code === "invalid_type")
    return { reason: "FieldValueRequired", message: `Required value: expected ${issue.expected}`, field };
  if (issue.code === "invalid_value") {
    const values = issue.values.map((option) => JSON.stringify(option)).join(", ");
    const message = `Unsupported value: ${brief(found)}: supported values: ${values}`;
    return { reason: "FieldValueNotSupported", message, field };
  }
  if (issue.code === "invalid_type") {
    const message = `Invalid value: ${brief(found)}: expected ${issue.expected}`;
    return { reason: "FieldValueTypeInvalid", message, field };
  }
  return badValue(field, found, issue.message);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
