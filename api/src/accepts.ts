// Whether a schema accepts a value, without making what the schema would make of it: asked of every object at every write.
import type { z } from "zod";
import { isObject } from "./json-value.ts";

type Schema = z.core.$ZodType;
type Accepts = (value: unknown) => boolean;

const compiled = new WeakMap<Schema, Accepts>();

/**
 * The same as `schema.safeParse(value).success`, for a tenth of the time and no garbage. For what is wrong, parse.
 * What is not understood here is asked of the schema, so a new kind of it is slower and never wrong.
 */
export function accepts(schema: Schema, value: unknown): boolean {
  return acceptsOf(schema)(value);
}

function acceptsOf(schema: Schema): Accepts {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const made = compile(schema as z.core.$ZodTypes) ?? ((value) => parses(schema, value));
  compiled.set(schema, made);
  return made;
}

function parses(schema: Schema, value: unknown): boolean {
  // Every schema of ours is made by zod's classic interface, which has it.
  return (schema as z.ZodType).safeParse(value).success;
}

/** `undefined` for what is better asked of the schema itself. */
function compile(schema: z.core.$ZodTypes): Accepts | undefined {
  const plain = compilePlain(schema);
  const { checks = [] } = schema._zod.def;
  if (plain === undefined || checks.length === 0) return plain;
  const conditions = checks.map(conditionOf);
  if (!conditions.every((condition) => condition !== undefined)) return undefined;
  return (value) => plain(value) && conditions.every((holds) => holds(value));
}

/** Of `refine` it is what its author wrote. */
function conditionOf(check: z.core.$ZodCheck<never>): Accepts | undefined {
  const { def }: { def: { check: string; fn?: unknown; value?: unknown; inclusive?: unknown } } = check._zod;
  const { fn, value: least } = def;
  if (def.check === "custom" && typeof fn === "function") return (value) => Boolean(fn(value));
  if (def.check === "greater_than" && def.inclusive === true && typeof least === "number")
    return (value) => Number(value) >= least;
  return undefined;
}

function compilePlain({ _zod: { def } }: z.core.$ZodTypes): Accepts | undefined {
  if ("coerce" in def && def.coerce) return undefined;
  switch (def.type) {
    case "unknown":
      return () => true;
    case "string":
      return compileText(def);
    case "number":
      if (!("format" in def)) return Number.isFinite;
      return def.format === "safeint" ? Number.isSafeInteger : undefined;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "enum":
      return among(Object.values(def.entries));
    case "optional":
      return either((value) => value === undefined, acceptsOf(def.innerType));
    case "nullable":
      return either((value) => value === null, acceptsOf(def.innerType));
    case "array":
      return eachOf(acceptsOf(def.element));
    case "union":
      return def.options.map(acceptsOf).reduce(either);
    case "record":
      return isPlainText(def.keyType) ? eachMember(acceptsOf(def.valueType)) : undefined;
    case "object":
      return isUnknown(def.catchall) ? withMembers(def.shape) : undefined;
    default:
      return undefined;
  }
}

/** A format of our own is a function; those that zod brings do more than they say. */
function compileText(def: object): Accepts | undefined {
  const format: unknown = Reflect.get(def, "format");
  const fn: unknown = Reflect.get(def, "fn");
  if (format === undefined) return (value) => typeof value === "string";
  return typeof fn === "function" ? (value) => typeof value === "string" && Boolean(fn(value)) : undefined;
}

function either(a: Accepts, b: Accepts): Accepts {
  return (value) => a(value) || b(value);
}

function among(values: readonly unknown[]): Accepts {
  return (value) => values.includes(value);
}

function eachOf(element: Accepts): Accepts {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (const item of value) if (!element(item)) return false;
    return true;
  };
}

function eachMember(member: Accepts): Accepts {
  return (value) => {
    if (!isObject(value)) return false;
    // Values of JSON inherit nothing that is enumerable; that one name zod leaves out.
    for (const key in value) if (key !== "__proto__" && !member(value[key])) return false;
    return true;
  };
}

function withMembers(shape: Readonly<Record<string, Schema>>): Accepts {
  const members = Object.entries(shape).map(([name, schema]) => ({ name, holds: acceptsOf(schema) }));
  return (value) => {
    if (!isObject(value)) return false;
    for (const { name, holds } of members) if (!holds(value[name])) return false;
    return true;
  };
}

function isUnknown(schema: Schema | undefined): boolean {
  return schema?._zod.def.type === "unknown";
}

function isPlainText(schema: Schema): boolean {
  const { def } = schema._zod;
  return def.type === "string" && !("format" in def) && (def.checks ?? []).length === 0;
}
