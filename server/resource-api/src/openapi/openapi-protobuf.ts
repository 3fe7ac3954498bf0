// OpenAPI version 2 as the protobuf messages of gnostic (openapiv2/OpenAPIv2.proto), the only form that kubectl 1.20
// reads. Field numbers are of that file; only the fields that our documents have are written.
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { isObject, member } from "@neverland/resources/json.ts";
import type { OpenApiV2 } from "./openapi-document.ts";

/** Writes the fields of one message. */
type Message = (writer: BinaryWriter) => void;

/** Wire types: 64 bits, and length-delimited. */
const field = { double: 1, string: 2 } as const;

export function encodeOpenApiV2(document: OpenApiV2): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, document.swagger);
  nested(writer, 2, (info) => {
    text(info, 1, document.info.title);
    text(info, 2, document.info.version);
  });
  nested(writer, 8, (paths) => {
    for (const [name, item] of Object.entries(document.paths))
      nested(
        paths,
        2,
        named(name, (path) => nested(path, 8, operation(member(item, "patch")))),
      );
  });
  nested(writer, 9, (definitions) => {
    for (const [name, value] of Object.entries(document.definitions))
      nested(definitions, 1, named(name, schema(value)));
  });
  return writer.finish();
}

function operation(value: unknown): Message {
  return (writer) => {
    text(writer, 5, member(value, "operationId"));
    for (const media of items(member(value, "produces"))) text(writer, 6, media);
    for (const media of items(member(value, "consumes"))) text(writer, 7, media);
    for (const parameter of items(member(value, "parameters"))) nested(writer, 8, queryParameter(parameter));
    nested(writer, 9, (responses) => {
      for (const [code, response] of entries(member(value, "responses")))
        nested(
          responses,
          1,
          named(code, (item) => nested(item, 1, (r) => text(r, 1, member(response, "description")))),
        );
    });
    extensions(writer, 13, value);
  };
}

/** ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema. */
function queryParameter(value: unknown): Message {
  return (item) =>
    nested(item, 1, (parameter) =>
      nested(parameter, 2, (nonBody) =>
        nested(nonBody, 3, (query) => {
          text(query, 2, member(value, "in"));
          text(query, 4, member(value, "name"));
          text(query, 6, member(value, "type"));
        }),
      ),
    );
}

function schema(value: unknown): Message {
  return (writer) => {
    text(writer, 1, member(value, "$ref"));
    text(writer, 2, member(value, "format"));
    text(writer, 4, member(value, "description"));
    double(writer, 7, member(value, "maximum"));
    double(writer, 9, member(value, "minimum"));
    text(writer, 13, member(value, "pattern"));
    for (const name of items(member(value, "required"))) text(writer, 19, name);
    for (const option of items(member(value, "enum"))) nested(writer, 20, any(option));
    const additional = member(value, "additionalProperties");
    if (isObject(additional)) nested(writer, 21, (item) => nested(item, 1, schema(additional)));
    const type = member(value, "type");
    if (typeof type === "string") nested(writer, 22, (item) => text(item, 1, type));
    const list = member(value, "items");
    if (isObject(list)) nested(writer, 23, (item) => nested(item, 1, schema(list)));
    const properties = entries(member(value, "properties"));
    if (properties.length > 0)
      nested(writer, 25, (map) => {
        for (const [name, child] of properties) nested(map, 1, named(name, schema(child)));
      });
    extensions(writer, 31, value);
  };
}

/** The `x-` members, whose values are YAML, of which JSON is a part. */
function extensions(writer: BinaryWriter, number: number, value: unknown): void {
  for (const [name, extension] of entries(value))
    if (name.startsWith("x-")) nested(writer, number, named(name, any(extension)));
}

function any(value: unknown): Message {
  return (writer) => text(writer, 2, JSON.stringify(value));
}

function named(name: string, value: Message): Message {
  return (writer) => {
    text(writer, 1, name);
    nested(writer, 2, value);
  };
}

function nested(writer: BinaryWriter, number: number, message: Message): void {
  writer.tag(number, field.string).fork();
  message(writer);
  writer.join();
}

function text(writer: BinaryWriter, number: number, value: unknown): void {
  if (typeof value === "string" && value !== "") writer.tag(number, field.string).string(value);
}

function double(writer: BinaryWriter, number: number, value: unknown): void {
  if (typeof value === "number") writer.tag(number, field.double).double(value);
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function entries(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}
