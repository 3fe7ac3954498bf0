// Says whether an object is among those that a label or field selector asks for.
import type { Resource } from "@neverland/api";
import type { ListOptions, Selector } from "./resource-store.ts";

type Filter = Pick<ListOptions, "namespace" | "labels" | "fields">;

/** Whether every clause holds and the object is in the namespace asked for. */
export function isSelected(object: Resource, { namespace, labels, fields }: Filter): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  for (const clause of labels ?? []) if (!holdsForLabel(clause, object)) return false;
  for (const clause of fields ?? []) if (!holds(clause, fieldTexts(object, clause.key))) return false;
  return true;
}

/** The value at a dotted path such as `.status.state`; `undefined` when a step is not there. */
export function valueAt(object: unknown, path: string): unknown {
  const steps = path.split(".").filter((step) => step !== "");
  return steps.reduce<unknown>((value, step) => ownValue(value, step), object);
}

/**
 * The values of a field as a selector compares them. `[]` after a step goes through a list, so there may be several.
 * A field that is not there counts as empty, as Kubernetes has it: `spec.hardware!=a` selects what names no hardware.
 */
export function fieldTexts(object: unknown, path: string): readonly string[] {
  let values: unknown[] = [object];
  for (const step of path.split(".")) {
    if (step === "") continue;
    const isList = step.endsWith("[]");
    const name = isList ? step.slice(0, -2) : step;
    values = isList ? values.flatMap((value) => listOf(ownValue(value, name))) : values.map((v) => ownValue(v, name));
  }
  const texts = values.map(textOf).filter((text) => text !== undefined);
  return texts.length === 0 ? nothing : texts;
}

const nothing: readonly string[] = [""];

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
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

function holdsForLabel(clause: Selector, object: Resource): boolean {
  const value = textOf(ownValue(object.metadata.labels, clause.key));
  return holds(clause, value === undefined ? [] : [value]);
}

function holds(clause: Selector, values: readonly string[]): boolean {
  switch (clause.operator) {
    case "in":
      return values.some((value) => clause.values.includes(value));
    case "not-in":
      return !values.some((value) => clause.values.includes(value));
    case "exists":
      return values.length > 0;
    case "not-exists":
      return values.length === 0;
  }
}
