// Says whether an object is among those that a label or field selector asks for.
import { fieldsAt, type Resource } from "@neverland/api";
import type { ListOptions, Selector } from "./resource-store.ts";

type Filter = Pick<ListOptions, "namespace" | "labels" | "fields">;

/** Whether every clause holds and the object is in the namespace asked for. */
export function isSelected(object: Resource, { namespace, labels = [], fields = [] }: Filter): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  const labelOf = (key: string) => ownValue(object.metadata.labels, key);
  return (
    labels.every((clause) => holds(clause, textOf(labelOf(clause.key)))) &&
    // A field that is not there counts as empty, as Kubernetes has it: `spec.hardware!=a` selects what names no hardware.
    fields.every((clause) => fieldTexts(object, clause.key).some((value) => holds(clause, value)))
  );
}

/** One text for a plain path; one for each item that a path through a list leads to. */
function fieldTexts(object: Resource, path: string): string[] {
  if (!path.includes("[]")) return [textOf(valueAt(object, path)) ?? ""];
  return fieldsAt(object, path).map(({ value }) => textOf(value) ?? "");
}

/** The value at a dotted path such as `.status.state`; `undefined` when a step is not there. */
export function valueAt(object: unknown, path: string): unknown {
  const steps = path.split(".").filter((step) => step !== "");
  return steps.reduce<unknown>((value, step) => ownValue(value, step), object);
}

function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

function holds(clause: Selector, value: string | undefined): boolean {
  switch (clause.operator) {
    case "in":
      return value !== undefined && clause.values.includes(value);
    case "not-in":
      return value === undefined || !clause.values.includes(value);
    case "exists":
      return value !== undefined;
    case "not-exists":
      return value === undefined;
  }
}
