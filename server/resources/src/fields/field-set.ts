// Sets of field paths, as server-side apply keeps them (FieldsV1), and the fields that an object has.
import { isObject, type JsonObject, member } from "../json.ts";

/**
 * A path is its FieldsV1 steps as JSON text (`["f:spec","f:data"]`), so that a set of paths is a Set of strings.
 * Steps: `f:NAME` a member, `v:JSON` an item of a set, `k:JSON` an item found by its key.
 */
export type FieldSet = ReadonlySet<string>;

/** How the items of these lists are told apart (Kubernetes' ObjectMeta). Every other list is one value. */
const listTypes = new Map([
  [JSON.stringify(["f:metadata", "f:finalizers"]), "set"],
  [JSON.stringify(["f:metadata", "f:ownerReferences"]), "by-uid"],
]);

export function listType(path: readonly string[]): string | undefined {
  return listTypes.get(JSON.stringify(path));
}

/** Every field of `value` with what it holds. An item that is found by its key is a field beside its members. */
export function leavesOf(value: unknown, path: readonly string[] = []): Map<string, unknown> {
  const children = childrenOf(value, path);
  const own: [string, unknown][] = [];
  if (children.length === 0) own.push([JSON.stringify(path), value]);
  else if (path.at(-1)?.startsWith("k:")) own.push([JSON.stringify(path), "an item"]);
  return new Map([...own, ...children.flatMap(([step, child]) => [...leavesOf(child, [...path, step])])]);
}

function childrenOf(value: unknown, path: readonly string[]): [string, unknown][] {
  if (isObject(value)) return Object.entries(value).map(([name, child]) => [`f:${name}`, child]);
  const type = listType(path);
  if (!Array.isArray(value) || type === undefined) return [];
  return value.map((item) => [itemStep(item, type), item]);
}

/** The step that names an item of a list of that type. */
export function itemStep(item: unknown, type: string): string {
  return type === "set" ? `v:${JSON.stringify(item)}` : `k:${JSON.stringify({ uid: member(item, "uid") })}`;
}

/** Whether the set has the path or one beneath it. */
export function ownsAtOrBelow(set: FieldSet, path: string): boolean {
  if (set.has(path)) return true;
  const prefix = `${path.slice(0, -1)},`;
  return set.values().some((other) => other.startsWith(prefix));
}

/** FieldsV1: nested objects, `.` marking a node that is a field itself beside having fields beneath it. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const steps = [...set].toSorted().map((path): string[] => JSON.parse(path));
  return nest(steps);
}

function nest(paths: readonly (readonly string[])[]): JsonObject {
  const groups = Map.groupBy(
    paths.filter((path) => path.length > 0),
    (path) => path[0] ?? "",
  );
  const entries = [...groups].map(([step, group]): [string, unknown] => {
    const below = group.map((path) => path.slice(1));
    const isField = below.some((path) => path.length === 0);
    const nested = nest(below);
    return [step, isField && Object.keys(nested).length > 0 ? { ".": {}, ...nested } : nested];
  });
  return Object.fromEntries(entries);
}

/** The reverse of {@link toFieldsV1}; what is no FieldsV1 is left out. */
export function fromFieldsV1(fields: unknown, path: readonly string[] = []): Set<string> {
  if (!isObject(fields)) return new Set();
  const entries = Object.entries(fields);
  const own = path.length > 0 && (entries.length === 0 || "." in fields) ? [JSON.stringify(path)] : [];
  const below = entries.flatMap(([step, child]) => (step === "." ? [] : [...fromFieldsV1(child, [...path, step])]));
  return new Set([...own, ...below]);
}

/** For people: `.spec.data`. */
export function describePath(path: string): string {
  const steps: string[] = JSON.parse(path);
  return steps.map((step) => (step.startsWith("f:") ? `.${step.slice(2)}` : `[${step.slice(2)}]`)).join("");
}
