// Objects in the store that no schema accepts: named once, left out for typed readers, shown as they are to people who mend them.
import { accepts, fieldName, type KindInfo, objectMetaSchema, partSchemas, type Resource } from "@neverland/api";
import type { z } from "zod";

export type StoredFault = {
  /** The kind, or how the database names one that this program does not know. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** One sentence: what is wrong, and what to do. */
  readonly message: string;
};

/** `part`: of one whose text or metadata is wrong nothing can be relied on but name and namespace. */
export type ObjectFault = { readonly part: "text" | "metadata" | "content"; readonly wrong: string };

/** What is known of an object that was read from the medium: the look that finds it out, until somebody asks. */
export type Verdict = ObjectFault | "sound" | ((object: Resource) => ObjectFault | undefined);

/** Where the object carries it. Not enumerable, so no copy of a resource takes it along. */
const verdict = Symbol("verdict");

/** Before the object is frozen. */
export function setVerdict(object: Resource, value: Verdict): Resource {
  return Object.defineProperty(object, verdict, { value, configurable: true });
}

function verdictOf(object: Resource): Verdict | undefined {
  return Reflect.get(object, verdict) as Verdict | undefined; // nobody else has the symbol
}

/** Whoever asks first has it looked at, and named. */
export function lookAt(object: Resource): ObjectFault | undefined {
  const known = verdictOf(object);
  if (typeof known === "function") return known(object);
  return known === "sound" ? undefined : known;
}

/** What is wrong with a stored object; `undefined` for nearly all of them. */
export function faultOf(object: Resource): string | undefined {
  return lookAt(object)?.wrong;
}

/** Whether its metadata can be relied on, whatever else is wrong with it. */
export function hasSoundMetadata(object: Resource): boolean {
  const fault = lookAt(object);
  return fault === undefined || fault.part === "content";
}

/** Whether it was read from the medium: then the store looks at it with the schemas. */
export function wasLoaded(object: Resource): boolean {
  return verdictOf(object) !== undefined;
}

/** An annotation of what stands in for an object whose text cannot be read: what was found. It is for show: anyone can write one. */
export const unreadableAnnotation = "neverland.dev/unreadable";

export const unreadable: ObjectFault = { part: "text", wrong: "its text is not that of an object of this name" };

/** Whether it stands in for an object that cannot be read: nothing is known of that but its name, its uid neither. */
export function isStandIn(object: Resource): boolean {
  return lookAt(object)?.part === "text";
}

/** So many faults of an object are named. */
const mostNamed = 3;

/** Looks at an object with the kind's schemas. */
export function findFault(object: Resource, kind: KindInfo): ObjectFault | undefined {
  const inMetadata = issuesIn("metadata", object.metadata, objectMetaSchema);
  if (inMetadata !== undefined) return { part: "metadata", wrong: inMetadata };
  for (const [name, schema] of partSchemas(kind)) {
    const value: unknown = Reflect.get(object, name);
    // Without a spec it is as with an empty one: so it is when it is written.
    const wrong = issuesIn(name, name === "spec" ? (value ?? {}) : value, schema);
    if (wrong !== undefined) return { part: "content", wrong };
  }
  return undefined;
}

/** As the API says it, but for the values: they may be secret. */
function issuesIn(part: string, value: unknown, schema: z.ZodType): string | undefined {
  if (value === undefined || accepts(schema, value)) return undefined;
  const { error } = schema.safeParse(value);
  const texts = error?.issues.slice(0, mostNamed).map(({ path, message }) => `${fieldName(part, path)}: ${message}`);
  return texts?.join("; ");
}
