// The kinds as OpenAPI schemas: what `kubectl explain` shows and what kubectl checks a file against before it sends it.
import { isObject, type JsonObject, type KindInfo, member, objectMetaSchema } from "@neverland/api";
import { z } from "zod";

const metaGroup = "io.k8s.apimachinery.pkg.apis.meta.v1";
/** The names of the definitions of what is the same for every kind: metadata of an object, of a list, and what came of a request. */
const objectMetaName = `${metaGroup}.ObjectMeta`;
const listMetaName = `${metaGroup}.ListMeta`;
export const statusName = `${metaGroup}.Status`;

/** The name of a kind's definition: `org.tinkerbell.v1alpha1.Workflow`. */
export function definitionName({ group, version, kind }: KindInfo): string {
  const owner = group === "" ? "io.k8s.api.core" : group.split(".").reverse().join(".");
  return `${owner}.${version}.${kind}`;
}

/** The name of the definition of a list of the kind. */
export function listName(kind: KindInfo): string {
  return `${definitionName(kind)}List`;
}

export function gvkOf({ group, version, kind }: KindInfo) {
  return { group, version, kind };
}

/** What differs between the two versions of OpenAPI. */
export type Dialect = {
  /** Where definitions are. */
  readonly refPrefix: string;
  /**
   * The type of what may be anything. kubectl takes a version 2 schema without type for anything, and one of an object
   * for an object alone; its `explain` fails on a version 3 schema without type.
   */
  readonly anything: JsonObject;
};

export const dialect2: Dialect = { refPrefix: "#/definitions/", anything: {} };
export const dialect3: Dialect = { refPrefix: "#/components/schemas/", anything: { type: "object" } };

const typeMeta = {
  apiVersion: { type: "string", description: "The group and version of the object's kind." },
  kind: { type: "string", description: "The object's kind." },
};

export function kindSchema(kind: KindInfo, dialect: Dialect): JsonObject {
  const properties = {
    ...typeMeta,
    metadata: { $ref: `${dialect.refPrefix}${objectMetaName}` },
    ...(kind.spec && { spec: { ...structural(toSchema(kind.spec), dialect), description: "What is wanted." } }),
    ...mapValues(kind.members ?? {}, (schema) => structural(toSchema(schema), dialect)),
    ...(kind.status && { status: { ...structural(toSchema(kind.status), dialect), description: "What was seen." } }),
  };
  return {
    ...{ type: "object", description: kind.description },
    ...{ properties, "x-kubernetes-group-version-kind": [gvkOf(kind)] },
  };
}

export function listSchema(kind: KindInfo, { refPrefix }: Dialect): JsonObject {
  const properties = {
    ...typeMeta,
    metadata: { $ref: `${refPrefix}${listMetaName}` },
    items: { type: "array", description: "The objects.", items: { $ref: `${refPrefix}${definitionName(kind)}` } },
  };
  const gvk = { ...gvkOf(kind), kind: `${kind.kind}List` };
  return {
    type: "object",
    description: `A list of ${kind.plural}.`,
    required: ["items"],
    properties,
    "x-kubernetes-group-version-kind": [gvk],
  };
}

/** By the names of their definitions. */
export function metaSchemas(dialect: Dialect): { readonly [name: string]: JsonObject } {
  return { [objectMetaName]: objectMeta(dialect), ...answerSchemas };
}

/** What JSON Schema's words for them do not say, and clients make their types of. */
const metaFormats = {
  generation: "int64",
  deletionGracePeriodSeconds: "int64",
  creationTimestamp: "date-time",
  deletionTimestamp: "date-time",
};

function objectMeta(dialect: Dialect): JsonObject {
  const { properties, ...schema } = structural(toSchema(objectMetaSchema), dialect);
  const formatted = Object.entries(metaFormats).map(([name, format]) => {
    const property = member(properties, name);
    return [name, { ...(isObject(property) && property), format }];
  });
  return {
    ...schema,
    description: "What every object has: its name, its versions, and how it belongs to others.",
    properties: { ...(isObject(properties) && properties), ...Object.fromEntries(formatted) },
  };
}

const answerSchemas = {
  [listMetaName]: {
    type: "object",
    description: "What a list says of itself.",
    properties: {
      resourceVersion: { type: "string", description: "What a watch goes on from." },
      continue: { type: "string", description: "What the next page is asked for by; absent on the last one." },
      remainingItemCount: { type: "integer", format: "int64", description: "How many objects are on later pages." },
    },
  },
  [statusName]: {
    type: "object",
    description: "What came of a request that has no object for an answer.",
    properties: {
      ...typeMeta,
      status: { type: "string", description: "Success or Failure." },
      message: { type: "string", description: "What happened, as a sentence." },
      reason: { type: "string", description: "Why, in one word for programs, such as NotFound." },
      code: { type: "integer", format: "int32", description: "The answer's HTTP status." },
      details: { type: "object", description: "What it was about, and every cause." },
    },
  },
};

function toSchema(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" });
}

const keptKeys = ["description", "enum", "required", "pattern", "minimum", "maximum"];

/** Without what OpenAPI v2 and kubectl do not know: null beside a type, unions, JSON Schema's own keys. */
function structural(schema: unknown, dialect: Dialect): JsonObject {
  if (!isObject(schema)) return dialect.anything;
  const options = member(schema, "anyOf");
  if (Array.isArray(options)) return union(options, schema, dialect);
  const type = soleType(member(schema, "type"));
  if (type === undefined) return { ...dialect.anything, "x-kubernetes-preserve-unknown-fields": true };
  const kept = keptKeys.flatMap((key) => (member(schema, key) === undefined ? [] : [[key, member(schema, key)]]));
  const result: Record<string, unknown> = { ...Object.fromEntries(kept), type };
  if (Number.MAX_SAFE_INTEGER === result.maximum) delete result.maximum;
  if (Number.MIN_SAFE_INTEGER === result.minimum) delete result.minimum;
  const properties = member(schema, "properties");
  if (isObject(properties)) result.properties = mapValues(properties, (child) => structural(child, dialect));
  if (member(schema, "items") !== undefined) result.items = structural(member(schema, "items"), dialect);
  const additional = member(schema, "additionalProperties");
  // A loose object with known fields: unknown ones are kept, but kubectl shall say when it finds one in a file.
  if (isObject(additional) && !properties) result.additionalProperties = structural(additional, dialect);
  if (result.type === "object" && !properties && !result.additionalProperties)
    result["x-kubernetes-preserve-unknown-fields"] = true;
  return result;
}

/** `undefined` when several types are left beside null. */
function soleType(type: unknown): string | undefined {
  const real = [type].flat().filter((name) => typeof name === "string" && name !== "null");
  return real.length === 1 ? String(real[0]) : undefined;
}

function union(options: readonly unknown[], schema: JsonObject, dialect: Dialect): JsonObject {
  const real = options.filter((option) => member(option, "type") !== "null");
  const description = member(schema, "description");
  const only =
    real.length === 1
      ? structural(real[0], dialect)
      : { ...dialect.anything, "x-kubernetes-preserve-unknown-fields": true };
  return description === undefined ? only : { ...only, description };
}

function mapValues<T>(object: { readonly [key: string]: T }, change: (value: T) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
