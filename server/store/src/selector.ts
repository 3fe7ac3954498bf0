// Says whether an object is among those that a label or field selector asks for.
import type { Resource } from "@neverland/api";
import type { ListOptions, Selector } from "./resource-store.ts";

type Filter = Pick<ListOptions, "namespace" | "labels" | "fields">;

/** Whether every clause holds and the object is in the namespace asked for. */
export function isSelected(object: Resource, { namespace, labels, fields }: Filter): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  for (const clause of labels ?? []) if (!holdsForLabel(clause, object)) return false;
  for (const clause of fields ?? []) if (!holds(clause, textsFor(clause, object))) return false;
  return true;
}

function textsFor(clause: Selector, object: Resource): readonly string[] {
  const texts = fieldTexts(object, clause.key);
  const also = "also" in clause ? clause.also?.(object) : undefined;
  return also === undefined ? texts : [...texts, also];
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
  return textsAt(object, stepsOf(path));
}

/** As {@link fieldTexts}, of a path that was taken apart before: for who asks for one path of very many objects. */
export function textsAt(object: unknown, steps: readonly FieldStep[]): readonly string[] {
  const texts: string[] = [];
  collect(object, steps, 0, texts);
  return texts.length === 0 ? nothing : texts;
}

export type FieldStep = { readonly name: string; readonly isList: boolean };

export function stepsOf(path: string): FieldStep[] {
  const names = path.split(".").filter((step) => step !== "");
  return names.map((name) =>
    name.endsWith("[]") ? { name: name.slice(0, -2), isList: true } : { name, isList: false },
  );
}

const nothing: readonly string[] = [""];

function collect(value: unknown, steps: readonly FieldStep[], at: number, texts: string[]): void {
  const step = steps[at];
  if (step === undefined) {
    const text = textOf(value);
    if (text !== undefined) texts.push(text);
    return;
  }
  const next = ownValue(value, step.name);
  if (!step.isList) collect(next, steps, at + 1, texts);
  else if (Array.isArray(next)) for (const item of next) collect(item, steps, at + 1, texts);
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

const wholeNumber = /^-?\d+$/;

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
    case "above":
      return values.some((value) => wholeNumber.test(value) && BigInt(value) > clause.bound);
    case "below":
      return values.some((value) => wholeNumber.test(value) && BigInt(value) < clause.bound);
  }
}
