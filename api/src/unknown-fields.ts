// Fields of an object that its kind does not have: they are kept, and do nothing, which is mostly a slip of the pen.
import { nearestName } from "@neverland/yaml";
import { z } from "zod";
import { formatPath } from "./field-path.ts";
import { isObject, member } from "./json-value.ts";
import { type KindInfo, partSchemas } from "./kind-info.ts";
import { oneLine } from "./one-line.ts";
import { objectMetaSchema } from "./resource.ts";

/** So many are found: one more than anybody names, so that it can be said that there are more. */
const mostFound = 21;
/** In characters; names may be as long as a request. */
const longestPath = 256;

export type UnknownField = {
  readonly path: readonly PropertyKey[];
  /** The name that was probably meant. */
  readonly meant?: string;
};

/** @returns In their order; of very many the first. */
export function unknownFields(kind: KindInfo, object: object): UnknownField[] {
  const found: UnknownField[] = [];
  findUnknown(shapeOfKind(kind), object, [], found);
  return found;
}

/** As Kubernetes says it, and what was probably meant: `unknown field "spec.hostnme"; did you mean "hostname"?`. */
export function unknownFieldText({ path, meant }: UnknownField): string {
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return `unknown field "${oneLine(formatPath(path)).slice(0, longestPath)}"${hint}`;
}

/** The names that there may be in a value and below; what is `undefined` may have any. */
type Shape = {
  readonly members?: ReadonlyMap<string, Shape | undefined>;
  /** Of members by any name. */
  readonly others?: Shape | undefined;
  readonly items?: Shape | undefined;
};

/** Schemas never change, and their shapes cost a hundred times what a look costs. */
const shapes = new WeakMap<KindInfo, Shape>();

function shapeOfKind(kind: KindInfo): Shape {
  return shapes.getOrInsertComputed(kind, () => {
    const parts = [["metadata", objectMetaSchema] as const, ...partSchemas(kind)];
    const members = parts.map(([name, schema]) => [name, shapeOf(jsonSchemaOf(schema))] as const);
    return {
      members: new Map<string, Shape | undefined>([["apiVersion", undefined], ["kind", undefined], ...members]),
    };
  });
}

function jsonSchemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" });
}

/** `undefined`: anything may stand there. */
function shapeOf(schema: unknown): Shape | undefined {
  if (!isObject(schema)) return undefined;
  const options = member(schema, "anyOf");
  if (Array.isArray(options)) {
    const real = options.filter((option) => member(option, "type") !== "null");
    // Of several forms one is meant, and nobody says which.
    return real.length === 1 ? shapeOf(real[0]) : undefined;
  }
  const properties = member(schema, "properties");
  if (isObject(properties))
    return { members: new Map(Object.entries(properties).map(([name, below]) => [name, shapeOf(below)])) };
  const [items, others] = [shapeOf(member(schema, "items")), shapeOf(member(schema, "additionalProperties"))];
  return items === undefined && others === undefined ? undefined : { items, others };
}

/** @param path To the value: written on, and as it was afterwards, so that only what is found costs a text. */
function findUnknown(shape: Shape | undefined, value: unknown, path: PropertyKey[], found: UnknownField[]): void {
  if (shape === undefined || found.length >= mostFound) return;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) findBelow(shape.items, value[at], at, path, found);
    return;
  }
  if (!isObject(value)) return;
  for (const name in value) {
    const { members, others } = shape;
    const below = members === undefined ? others : members.get(name);
    if (below !== undefined) findBelow(below, value[name], name, path, found);
    else if (members !== undefined && !members.has(name) && found.length < mostFound)
      found.push(unknown([...path, name], name, members));
  }
}

function unknown(path: PropertyKey[], name: string, members: NonNullable<Shape["members"]>): UnknownField {
  const meant = nearestName(name, [...members.keys()]);
  return meant === undefined ? { path } : { path, meant };
}

function findBelow(
  shape: Shape | undefined,
  value: unknown,
  step: PropertyKey,
  path: PropertyKey[],
  found: UnknownField[],
): void {
  path.push(step);
  findUnknown(shape, value, path, found);
  path.pop();
}
