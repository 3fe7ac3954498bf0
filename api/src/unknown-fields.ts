// Fields of an object that its kind does not have: they are kept, and do nothing, which is mostly a slip of the pen.
import { z } from "zod";
import { isObject, member } from "./json-value.ts";
import { contentSchemas, type KindInfo } from "./kinds.ts";
import { objectMetaSchema } from "./resource.ts";

/** So many are named. */
const mostNamed = 20;

/** @returns Their paths, `spec.interfaces[0].dhcp.macc`, in their order; of very many the first. */
export function unknownFields(kind: KindInfo, object: object): string[] {
  const shape = shapeOfKind(kind);
  // Nearly always there is none, which needs no path of anything.
  return hasUnknown(shape, object) ? unknownIn(shape, object, "").map((path) => path.slice(1)) : [];
}

const shapesOfKinds = new WeakMap<KindInfo, unknown>();

function shapeOfKind(kind: KindInfo): unknown {
  return shapesOfKinds.getOrInsertComputed(kind, () => {
    const parts: [string, z.ZodType][] = [
      ["metadata", objectMetaSchema],
      ...contentSchemas(kind),
      ...(kind.status === undefined ? [] : [["status", kind.status] satisfies [string, z.ZodType]]),
    ];
    const shapes = Object.fromEntries(parts.map(([name, schema]) => [name, shapeOf(schema)]));
    return { properties: { apiVersion: {}, kind: {}, ...shapes } };
  });
}

/** Schemas never change, and their shapes cost a hundred times what a look costs. */
const shapes = new WeakMap<z.ZodType, unknown>();

function shapeOf(schema: z.ZodType): unknown {
  return shapes.getOrInsertComputed(schema, () =>
    z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" }),
  );
}

/** Whether `unknownIn` finds anything. */
function hasUnknown(shape: unknown, value: unknown): boolean {
  const form = meantForm(shape);
  if (Array.isArray(value)) {
    const items = member(form, "items");
    return value.some((item) => hasUnknown(items, item));
  }
  if (!isObject(value)) return false;
  const properties = member(form, "properties");
  const others = member(form, "additionalProperties");
  for (const name in value) {
    if (!isObject(properties)) {
      if (hasUnknown(others, value[name])) return true;
    } else if (!Object.hasOwn(properties, name) || hasUnknown(properties[name], value[name])) return true;
  }
  return false;
}

/** Of several forms one is meant, and nobody says which: then there is none to go by. */
function meantForm(shape: unknown): unknown {
  const options = member(shape, "anyOf");
  if (!Array.isArray(options)) return shape;
  const real = options.filter((option) => member(option, "type") !== "null");
  return real.length === 1 ? meantForm(real[0]) : undefined;
}

function unknownIn(shape: unknown, value: unknown, path: string, found: string[] = []): string[] {
  if (found.length >= mostNamed) return found;
  const form = meantForm(shape);
  if (Array.isArray(value)) {
    const items = member(form, "items");
    for (const [index, item] of value.entries()) unknownIn(items, item, `${path}[${index}]`, found);
    return found;
  }
  if (!isObject(value)) return found;
  const properties = member(form, "properties");
  const others = member(form, "additionalProperties");
  for (const [name, part] of Object.entries(value)) {
    if (!isObject(properties)) unknownIn(others, part, `${path}.${name}`, found);
    else if (Object.hasOwn(properties, name)) unknownIn(member(properties, name), part, `${path}.${name}`, found);
    else if (found.length < mostNamed) found.push(`${path}.${name}`);
  }
  return found;
}
