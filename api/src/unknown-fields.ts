// Fields of an object that its kind does not have: they are kept, and do nothing, which is mostly a slip of the pen.
import { z } from "zod";
import { contentSchemas, type KindInfo } from "./kinds.ts";
import { objectMetaSchema } from "./resource.ts";

/** So many are named. */
const mostNamed = 20;

/** @returns Their paths, `spec.interfaces[0].dhcp.macc`, in their order; of very many the first. */
export function unknownFields(kind: KindInfo, object: object): string[] {
  const parts: [string, z.ZodType][] = [
    ["metadata", objectMetaSchema],
    ...contentSchemas(kind),
    ...(kind.status === undefined ? [] : [["status", kind.status] satisfies [string, z.ZodType]]),
  ];
  const properties = {
    ...{ apiVersion: {}, kind: {} },
    ...Object.fromEntries(parts.map(([name, schema]) => [name, shapeOf(schema)])),
  };
  return [...unknownIn({ properties }, object, "")].map((path) => path.slice(1));
}

/** Schemas never change, and their shapes cost a hundred times what a look costs. */
const shapes = new WeakMap<z.ZodType, unknown>();

function shapeOf(schema: z.ZodType): unknown {
  return shapes.getOrInsertComputed(schema, () =>
    z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" }),
  );
}

function unknownIn(shape: unknown, value: unknown, path: string, found: string[] = []): string[] {
  if (found.length >= mostNamed) return found;
  const options = member(shape, "anyOf");
  if (Array.isArray(options)) {
    const real = options.filter((option) => member(option, "type") !== "null");
    // Of several forms one is meant, and nobody says which.
    return real.length === 1 ? unknownIn(real[0], value, path, found) : found;
  }
  if (Array.isArray(value)) {
    const items = member(shape, "items");
    for (const [index, item] of value.entries()) unknownIn(items, item, `${path}[${index}]`, found);
    return found;
  }
  if (!isObject(value)) return found;
  const properties = member(shape, "properties");
  const others = member(shape, "additionalProperties");
  for (const [name, part] of Object.entries(value)) {
    if (!isObject(properties)) unknownIn(others, part, `${path}.${name}`, found);
    else if (Object.hasOwn(properties, name)) unknownIn(member(properties, name), part, `${path}.${name}`, found);
    else if (found.length < mostNamed) found.push(`${path}.${name}`);
  }
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
