// Every field of a kind with its type and what it does, as a tree: for people who ask, and for the page of fields. Made of the schemas.
import { z } from "zod";
import { isObject, member } from "../json-value.ts";
import { type KindInfo, partSchemas } from "../kind-info.ts";
import { objectMetaSchema } from "../resource.ts";
import type { FieldDoc } from "./field-doc.ts";
import { workflowDocumentFields } from "./workflow-document-fields.ts";

/** In the order of an object; below `Template.spec.data` is what the text renders to. */
export function fieldDocs(kind: KindInfo): FieldDoc[] {
  const parts = [["metadata", objectMetaSchema] as const, ...partSchemas(kind)];
  const schemas = parts.map(([name, schema]) => [name, { ...jsonSchema(schema), ...aboutParts.get(name) }] as const);
  const fields = [...aboutHeader, ...schemas.map(([name, schema]) => fieldDoc(name, schema, false))];
  return kind.kind === "Template" ? withDocument(fields) : fields;
}

/** The field at a dotted path, `spec.interfaces.dhcp`; places in lists (`[0]`, `[]`) may be written and say nothing. */
export function fieldAt(fields: readonly FieldDoc[], path: readonly string[]): FieldDoc | undefined {
  const [step, ...rest] = path;
  const found = fields.find(({ name }) => name === step?.replace(/\[\d*\]$/, ""));
  return rest.length === 0 ? found : fieldAt(found?.fields ?? [], rest);
}

const aboutHeader: readonly FieldDoc[] = [
  { name: "apiVersion", type: "string", description: "The group and version of the object's kind.", isRequired: true },
  { name: "kind", type: "string", description: "The object's kind.", isRequired: true },
];

const aboutParts: ReadonlyMap<string, { readonly description: string }> = new Map([
  ["metadata", { description: "What every object has: its name, its versions, and how it belongs to others." }],
  ["spec", { description: "What is wanted." }],
  ["status", { description: "What was seen." }],
]);

function withDocument(fields: readonly FieldDoc[]): FieldDoc[] {
  return fields.map((field) => {
    if (field.name === "data") return { ...field, fields: workflowDocumentFields };
    return field.name === "spec" && field.fields ? { ...field, fields: withDocument(field.fields) } : field;
  });
}

function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" });
}

function fieldDoc(name: string, schema: unknown, isRequired: boolean): FieldDoc {
  const real = withoutNull(schema);
  const description = member(schema, "description") ?? member(real, "description");
  const { type, fields } = typeOf(real);
  const values = member(real, "enum");
  return {
    ...{ name, type, description: typeof description === "string" ? description : "" },
    ...(isRequired && { isRequired }),
    ...(Array.isArray(values) && { values: values.map(String) }),
    ...(fields && { fields }),
  };
}

function typeOf(schema: unknown): { readonly type: string; readonly fields?: readonly FieldDoc[] } {
  const properties = member(schema, "properties");
  if (isObject(properties)) {
    const required = [member(schema, "required")].flat();
    const fields = Object.entries(properties).map(([name, field]) => fieldDoc(name, field, required.includes(name)));
    return { type: "Object", fields };
  }
  const [items, others] = [member(schema, "items"), member(schema, "additionalProperties")];
  if (items !== undefined) return within("[]", typeOf(withoutNull(items)));
  if (isObject(others)) return within("map[string]", typeOf(withoutNull(others)));
  const types = [member(schema, "type")].flat().filter((type) => typeof type === "string" && type !== "null");
  return { type: types.length === 1 ? String(types[0]) : "any" };
}

function within(prefix: string, { type, ...rest }: ReturnType<typeof typeOf>): ReturnType<typeof typeOf> {
  return { type: `${prefix}${type}`, ...rest };
}

/** What may be null is, for people, what may be left out. */
function withoutNull(schema: unknown): unknown {
  const options = member(schema, "anyOf");
  if (!Array.isArray(options)) return schema;
  const real = options.filter((option) => member(option, "type") !== "null");
  return real.length === 1 ? real[0] : {};
}
