// The Table that `kubectl get` asks for: the columns of a kind, a row for each object.
import { type KindInfo, type PrinterColumn, type Resource, shownInstead } from "@neverland/api";
import { type FieldStep, stepsOf, textsAt, valueAt } from "@neverland/store/selector.ts";
import { faultOf } from "@neverland/store/stored-fault.ts";

/** How much of each object a row carries beside its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

const nameColumn = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name within the namespace.",
  priority: 0,
};
const ageColumn = { name: "Age", type: "string", format: "", description: "Time since creation.", priority: 0 };

export function columnsOf(kind: KindInfo) {
  const own = kind.columns.map(({ name, type, path, ofView, wide }) => ({
    name,
    type,
    format: "",
    description: ofView ? `The value of ${ofView} in the machine's view.` : `The value of ${path}.`,
    priority: wide ? 1 : 0,
  }));
  return [nameColumn, ...own, ageColumn];
}

/** What the columns show of an object, and of its machine's view where there is one. */
export function cellsOf(kind: KindInfo, object: Resource, nowMs: number, view?: Resource): unknown[] {
  const age = formatAge(nowMs - Date.parse(object.metadata.creationTimestamp ?? ""));
  return [object.metadata.name, ...kind.columns.map((column) => cell(object, column, nowMs, view)), age];
}

function cell(object: Resource, column: PrinterColumn, nowMs: number, view: Resource | undefined): unknown {
  const value = outweighed(object, column) ?? viewValue(view, column, nowMs) ?? ownValue(object, column, nowMs);
  return value === "" ? null : value;
}

/** What is to be said before all else. */
function outweighed(object: Resource, { ifEmpty: _, ...column }: PrinterColumn): string | undefined {
  return insteadOf(object, column);
}

function viewValue(view: Resource | undefined, { ofView, type }: PrinterColumn, nowMs: number): unknown {
  if (view === undefined || ofView === undefined) return undefined;
  return cellValue(view, { name: "", path: ofView, type }, nowMs) ?? undefined;
}

function ownValue(object: Resource, column: PrinterColumn, nowMs: number): unknown {
  return insteadOf(object, column) ?? column.text?.(object) ?? cellValue(object, column, nowMs);
}

/** What is shown in place of the column's own value, if anything is. */
export function insteadOf(object: Resource, column: PrinterColumn): string | undefined {
  return shownInstead(object, column, (stored) => faultOf(stored) !== undefined);
}

function cellValue(object: Resource, { path, type, count }: PrinterColumn, nowMs: number): unknown {
  if (path.includes("[]")) return [...new Set(textsAt(object, columnSteps(path)))].join(",");
  const value = valueAt(object, path);
  if (count) return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  if (type === "date") return typeof value === "string" ? formatAge(nowMs - Date.parse(value)) : null;
  return typeof value === "object" ? null : (value ?? null);
}

const stepsOfColumns = new Map<string, readonly FieldStep[]>();

/** Taken apart once: a table has a row for every machine. */
function columnSteps(path: string): readonly FieldStep[] {
  return stepsOfColumns.getOrInsertComputed(path, stepsOf);
}

/** The units of an age: up to which many seconds a step is used, and in which two units. */
const second = 1;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;
const steps = [
  { below: 2 * minute, big: [second, "s"], small: undefined },
  { below: 10 * minute, big: [minute, "m"], small: [second, "s"] },
  { below: 3 * hour, big: [minute, "m"], small: undefined },
  { below: 8 * hour, big: [hour, "h"], small: [minute, "m"] },
  { below: 2 * day, big: [hour, "h"], small: undefined },
  { below: 8 * day, big: [day, "d"], small: [hour, "h"] },
  { below: 2 * year, big: [day, "d"], small: undefined },
  { below: 8 * year, big: [year, "y"], small: [day, "d"] },
  { below: Number.POSITIVE_INFINITY, big: [year, "y"], small: undefined },
] as const;

/** As kubectl shows ages: `45s`, `5m30s`, `3d4h`. */
export function formatAge(ageMs: number): string {
  if (!Number.isFinite(ageMs)) return "<unknown>";
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  const step = steps.find(({ below }) => seconds < below);
  if (!step) return "<unknown>";
  const [bigUnit, bigName] = step.big;
  const whole = `${Math.floor(seconds / bigUnit)}${bigName}`;
  if (!step.small) return whole;
  const [smallUnit, smallName] = step.small;
  const rest = Math.floor((seconds % bigUnit) / smallUnit);
  return rest === 0 ? whole : `${whole}${rest}${smallName}`;
}
