// What people are shown of a field that is empty, or that something else outweighs: the same in lists, descriptions and selectors.
import { type FieldStep, fieldSteps, fieldsAt, isSomeAt } from "./field-path.ts";
import type { PrinterColumn, ShownInstead } from "./kind-info.ts";
import { findKind } from "./kinds.ts";
import type { Resource } from "./resource.ts";

type Column = Pick<PrinterColumn, "path" | "instead" | "ifEmpty">;

/** @returns `undefined` where the field's own value is shown. `isUnusable` tells what no schema accepts: only its store knows that. */
export function shownInstead(
  object: Resource,
  { path, instead, ifEmpty }: Column,
  isUnusable: (object: Resource) => boolean = () => false,
): string | undefined {
  const first = (rules: readonly ShownInstead[] = []) => rules.find((rule) => holds(rule, object, isUnusable))?.shown;
  const outweighed = first(instead);
  if (outweighed !== undefined || ifEmpty === undefined) return outweighed;
  return isSomeAt(object, stepsOf(path), (value) => value !== "") ? undefined : first(ifEmpty);
}

/** The names that {@link shownInstead} gives. */
export function namesInstead({ instead = [], ifEmpty = [] }: Column): readonly string[] {
  return [...instead, ...ifEmpty].map(({ shown }) => shown);
}

/** As the list shows it: of kinds that have such a column, the first. */
export function shownState(object: Resource): { readonly name: string; readonly value: string } | undefined {
  const column = findKind(object.apiVersion, object.kind)?.columns.find(({ ifEmpty }) => ifEmpty !== undefined);
  if (column === undefined) return undefined;
  const value = shownInstead(object, column) ?? String(fieldsAt(object, column.path)[0]?.value ?? "");
  return { name: column.name, value };
}

function holds(
  { path, is, ofUnusable }: ShownInstead,
  object: Resource,
  isUnusable: (object: Resource) => boolean,
): boolean {
  if (ofUnusable && !isUnusable(object)) return false;
  if (path === undefined) return true;
  return isSomeAt(object, stepsOf(path), (value) => is === undefined || value === is);
}

const stepsOfPaths = new Map<string, readonly FieldStep[]>();

/** Taken apart once: a list has a row for every machine. */
function stepsOf(path: string): readonly FieldStep[] {
  return stepsOfPaths.getOrInsertComputed(path, fieldSteps);
}
