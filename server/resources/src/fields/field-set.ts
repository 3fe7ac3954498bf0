// Sets of fields, as server-side apply keeps them: FieldsV1 trees, worked on as they are stored. Every operation goes once
// through what it is given, however many fields that has.
import { isObject, member } from "@neverland/api";

/**
 * Steps by name: `f:NAME` a member, `v:JSON` an item of a set, `k:JSON` an item found by its key. What has nothing beneath it
 * is a field; one that is a field beside having fields beneath it has the step `.`. No set is empty: that is `undefined`.
 */
export type Fields = { readonly [step: string]: Fields };
export type FieldSet = Fields | undefined;

/** How the items of a list are told apart; every list without a type is one value. */
type ListType = "set" | "by-uid";
/** Where in an object the lists with a type are. */
export type ListTypes = ListType | { readonly [step: string]: ListTypes };

/** Kubernetes' ObjectMeta. */
export const listTypes: ListTypes = { "f:metadata": { "f:finalizers": "set", "f:ownerReferences": "by-uid" } };

export function typesBelow(types: ListTypes | undefined, step: string): ListTypes | undefined {
  return typeof types === "object" ? types[step] : undefined;
}

/** The step that names an item of a list of that type. */
export function itemStep(item: unknown, type: ListType): string {
  return type === "set" ? `v:${JSON.stringify(item)}` : `k:${JSON.stringify({ uid: member(item, "uid") })}`;
}

/** What of `value` has fields of its own, by step; `undefined` when it is one field itself. */
export function partsOf(value: unknown, types: ListTypes | undefined): Map<string, unknown> | undefined {
  const parts = entriesOf(value, types);
  return parts === undefined || parts.length === 0 ? undefined : new Map(parts);
}

function entriesOf(value: unknown, types: ListTypes | undefined): [string, unknown][] | undefined {
  if (isObject(value)) return Object.entries(value).map(([name, child]) => [`f:${name}`, child]);
  if (!Array.isArray(value) || typeof types !== "string") return undefined;
  return value.map((item) => [itemStep(item, types), item]);
}

/** A field with nothing beneath it: all of them are this one, which is frozen as everything that is stored. */
const leaf: Fields = Object.freeze({});

/** Every field of `value`, frozen. An item that is found by its key is a field beside its members. */
export function fieldsOf(value: unknown, types: ListTypes | undefined = listTypes, isItem = false): Fields {
  if (!isObject(value)) return Array.isArray(value) && typeof types === "string" ? fieldsOfItems(value, types) : leaf;
  const names = Object.keys(value);
  if (names.length === 0) return leaf;
  const fields: Record<string, Fields> = isItem ? { ".": leaf } : {};
  for (const name of inOrderOfText(names)) {
    const step = `f:${name}`;
    const child = value[name];
    // Most are neither maps nor lists: of these nothing need be asked.
    fields[step] = typeof child === "object" ? fieldsOf(child, typesBelow(types, step)) : leaf;
  }
  return Object.freeze(fields);
}

/** Most names are few and stand in order: sorting takes room, and every write asks. */
function inOrderOfText(names: string[]): string[] {
  return names.every((name, at) => at === 0 || (names[at - 1] ?? "") < name) ? names : names.sort();
}

function fieldsOfItems(items: readonly unknown[], type: ListType): Fields {
  if (items.length === 0) return leaf;
  const children = new Map(items.map((item) => [itemStep(item, type), fieldsOf(item, undefined, type !== "set")]));
  return Object.freeze(Object.fromEntries(inOrder([...children])));
}

/** The fields of a whole object: one without any is not a field itself. */
export function fieldsOfObject(object: unknown): FieldSet {
  const fields = fieldsOf(object);
  return isLeaf(fields) ? undefined : fields;
}

function isLeaf(fields: Fields): boolean {
  for (const _ in fields) return false;
  return true;
}

/** Whether the node is a field itself, and not only on the way to some. */
export function isField(fields: FieldSet): boolean {
  return fields !== undefined && (isLeaf(fields) || "." in fields);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return a ?? b;
  return combine(a, b, isField(a) || isField(b), union);
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return a;
  return combine(a, b, isField(a) && !isField(b), difference);
}

/** What both have. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return undefined;
  return combine(a, b, isField(a) && isField(b), intersection);
}

function combine(a: Fields, b: Fields, isOwn: boolean, work: (left: FieldSet, right: FieldSet) => FieldSet): FieldSet {
  const steps = new Set([...Object.keys(a), ...Object.keys(b)]);
  steps.delete(".");
  const children: [string, Fields][] = [];
  for (const step of steps) {
    const child = work(a[step], b[step]);
    if (child !== undefined) children.push([step, child]);
  }
  if (children.length === 0) return isOwn ? {} : undefined;
  return Object.fromEntries(isOwn ? [[".", {}], ...inOrder(children)] : inOrder(children));
}

/** So that the same fields are the same text, whatever order they came in. */
function inOrder(children: [string, Fields][]): [string, Fields][] {
  return children.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A set as a caller sent it; what is no FieldsV1 in it is left out. */
export function readFields(fieldsV1: unknown): FieldSet {
  if (!isObject(fieldsV1) || Object.keys(fieldsV1).length === 0) return undefined;
  return readNode(fieldsV1);
}

function readNode(node: unknown): FieldSet {
  if (!isObject(node)) return undefined;
  const entries = Object.entries(node);
  const children = entries.flatMap(([step, child]): [string, Fields][] => {
    const below = step === "." ? undefined : readNode(child);
    return below === undefined ? [] : [[step, below]];
  });
  const isOwn = entries.length === 0 || "." in node;
  if (children.length === 0) return isOwn ? {} : undefined;
  return Object.fromEntries(isOwn ? [[".", {}], ...inOrder(children)] : inOrder(children));
}

/** Each field's way from the top. */
export function pathsOf(fields: FieldSet, path: readonly string[] = []): string[][] {
  if (fields === undefined) return [];
  const own = isField(fields) && path.length > 0 ? [[...path]] : [];
  const below = Object.entries(fields).flatMap(([step, child]) =>
    step === "." ? [] : pathsOf(child, [...path, step]),
  );
  return [...own, ...below];
}

/** For people: `.spec.data`. */
export function describePath(path: readonly string[]): string {
  return path.map((step) => (step.startsWith("f:") ? `.${step.slice(2)}` : `[${step.slice(2)}]`)).join("");
}
