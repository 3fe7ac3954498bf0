// One version of an object as a process holds it: parsed once, frozen, shared by everybody, its JSON text at hand.
import type { Resource } from "@neverland/api";

/** Where a stored resource carries its text. Not enumerable, so no copy of a resource takes it along. */
const text = Symbol("json");

/** The JSON text of a resource: what the store has, without serialising again, or else made now. */
export function resourceJson(resource: Resource): string {
  const known: unknown = Reflect.get(resource, text);
  return typeof known === "string" ? known : JSON.stringify(resource);
}

/** Gives a resource the text that it was parsed from. Before it is frozen. */
export function attachJson(resource: Resource, json: string): Resource {
  return Object.defineProperty(resource, text, { value: json });
}

/** Freezes a value of JSON to its leaves; what is frozen already is taken to be so to its leaves. */
export function freezeJson<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) for (const item of value) freezeJson(item);
  // Values of JSON have no prototype but Object's, which has nothing enumerable.
  else for (const key in value) freezeJson(value[key]);
  return Object.freeze(value);
}

/**
 * The store's own version of what a write decided, with its text: what is frozen is shared, the rest is copied.
 * @param mark Done to it before it is frozen.
 */
export function toStored(decided: Resource, mark?: (copy: Resource) => void): Resource {
  // A resource is written as one again: the copy of an object has its members.
  const copy = copyOfMembers(decided as unknown as Record<string, unknown>) as unknown as Resource;
  mark?.(copy);
  return Object.freeze(attachJson(copy, JSON.stringify(copy)));
}

/**
 * The value as it is read back from its JSON, frozen to its leaves. What is frozen already is taken to be so to its leaves, and to be
 * of JSON: it is shared, not copied.
 */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.isFrozen(value) ? value : (Object.freeze(value.map(copyOfItem)) as T);
  if (typeof value !== "object" || value === null) return copyOfScalar(value) as T;
  if (Object.isFrozen(value)) return value;
  // Whatever says itself how it is written, or is no value of JSON, is written and read.
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value || Object.hasOwn(value, "__proto__"))
    return freezeJson(JSON.parse(JSON.stringify(value)));
  return Object.freeze(copyOfMembers(value as Record<string, unknown>)) as T;
}

function copyOfMembers(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const member = value[key];
    if (isWritten(member)) copy[key] = frozenCopy(member);
  }
  return copy;
}

function copyOfItem(item: unknown): unknown {
  return isWritten(item) ? frozenCopy(item) : null;
}

function isWritten(member: unknown): boolean {
  return member !== undefined && typeof member !== "function" && typeof member !== "symbol";
}

/** JSON has no other numbers than finite ones, and no negative zero. */
function copyOfScalar(value: unknown): unknown {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value + 0 : null;
}

/** Whether two values are the same once written as JSON; a member that is `undefined` is none. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at]))
    );
  return membersIn(a, b) && Object.keys(b).every((key) => own(b, key) === undefined || own(a, key) !== undefined);
}

function membersIn(a: object, b: object): boolean {
  return Object.keys(a).every((key) => {
    const value = own(a, key);
    return value === undefined ? own(b, key) === undefined : sameJson(value, own(b, key));
  });
}

function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
}
