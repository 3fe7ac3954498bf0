// OpenAPI version 3 as the protobuf messages of gnostic (openapiv3/OpenAPIv3.proto), which kubectl from 1.27 on asks for.
// Field numbers are of that file; only the fields that our documents have are written.
import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import { isObject, member } from "@neverland/api";
import {
  any,
  double,
  encode,
  entries,
  extensions,
  flag,
  items,
  type Message,
  named,
  nested,
  text,
} from "./message-writer.ts";
import type { OpenApiV3 } from "./openapi-document.ts";

/** Fields of `PathItem`. */
const methods = { get: 4, put: 5, post: 6, delete: 7, patch: 10 } as const;

export function encodeOpenApiV3({ openapi, info, paths, components }: OpenApiV3): Buffer {
  return encode((writer) => {
    text(writer, 1, openapi);
    nested(writer, 2, (about) => {
      text(about, 1, info.title);
      text(about, 6, info.version);
    });
    nested(writer, 4, (all) => {
      for (const [name, item] of Object.entries(paths)) nested(all, 1, named(name, pathItem(item)));
    });
    nested(writer, 5, (parts) =>
      nested(parts, 1, (schemas) => {
        for (const [name, value] of Object.entries(components.schemas)) nested(schemas, 1, named(name, schema(value)));
      }),
    );
  });
}

function pathItem(item: unknown): Message {
  return (writer) => {
    for (const [method, number] of Object.entries(methods)) {
      const described = member(item, method);
      if (described !== undefined) nested(writer, number, operation(described));
    }
  };
}

function operation(value: unknown): Message {
  return (writer) => {
    text(writer, 5, member(value, "operationId"));
    for (const each of items(member(value, "parameters")))
      nested(writer, 6, (either) => nested(either, 1, parameter(each)));
    const body = member(value, "requestBody");
    if (body !== undefined)
      nested(writer, 7, (either) =>
        nested(either, 1, (whole) => {
          nested(whole, 2, content(member(body, "content")));
          flag(whole, 3, member(body, "required"));
        }),
      );
    nested(writer, 8, (responses) => {
      for (const [code, response] of entries(member(value, "responses")))
        nested(
          responses,
          2,
          named(code, (either) =>
            nested(either, 1, (answer) => {
              text(answer, 1, member(response, "description"));
              nested(answer, 3, content(member(response, "content")));
            }),
          ),
        );
    });
    extensions(writer, 13, value);
  };
}

function parameter(value: unknown): Message {
  return (writer) => {
    text(writer, 1, member(value, "name"));
    text(writer, 2, member(value, "in"));
    flag(writer, 4, member(value, "required"));
    nested(writer, 10, schema(member(value, "schema")));
  };
}

/** `MediaTypes`. */
function content(value: unknown): Message {
  return (writer) => {
    for (const [media, about] of entries(value))
      nested(
        writer,
        1,
        named(media, (type) => nested(type, 1, schema(member(about, "schema")))),
      );
  };
}

/** `SchemaOrReference`. */
function schema(value: unknown): Message {
  const reference = member(value, "$ref");
  if (reference !== undefined) return (writer) => nested(writer, 2, (item) => text(item, 1, reference));
  return (writer) => nested(writer, 1, (item) => writeSchema(item, value));
}

function writeSchema(writer: BinaryWriter, value: unknown): void {
  double(writer, 11, member(value, "maximum"));
  double(writer, 13, member(value, "minimum"));
  text(writer, 17, member(value, "pattern"));
  for (const name of items(member(value, "required"))) text(writer, 23, name);
  for (const option of items(member(value, "enum"))) nested(writer, 24, any(option));
  text(writer, 25, member(value, "type"));
  const list = member(value, "items");
  if (isObject(list)) nested(writer, 30, (item) => nested(item, 1, schema(list)));
  const properties = entries(member(value, "properties"));
  if (properties.length > 0)
    nested(writer, 31, (map) => {
      for (const [name, child] of properties) nested(map, 1, named(name, schema(child)));
    });
  const additional = member(value, "additionalProperties");
  if (isObject(additional)) nested(writer, 32, (item) => nested(item, 1, schema(additional)));
  text(writer, 34, member(value, "description"));
  text(writer, 35, member(value, "format"));
  extensions(writer, 36, value);
}
