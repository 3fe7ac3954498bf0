// OpenAPI version 2 as the protobuf messages of gnostic (openapiv2/OpenAPIv2.proto), the only form that kubectl 1.20
// reads. Field numbers are of that file; only the fields that our documents have are written.

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
import type { OpenApiV2 } from "./openapi-document.ts";

/** Fields of `PathItem`. */
const methods = { get: 2, put: 3, post: 4, delete: 5, patch: 8 } as const;
/** Fields of `NonBodyParameter`. */
const places = { query: 3, path: 4 } as const;

export function encodeOpenApiV2(document: OpenApiV2): Buffer {
  return encode((writer) => writeDocument(writer, document));
}

function writeDocument(writer: BinaryWriter, document: OpenApiV2): void {
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
        named(name, (path) => {
          for (const [method, number] of Object.entries(methods)) {
            const described = member(item, method);
            if (described !== undefined) nested(path, number, operation(described));
          }
        }),
      );
  });
  nested(writer, 9, (definitions) => {
    for (const [name, value] of Object.entries(document.definitions))
      nested(definitions, 1, named(name, schema(value)));
  });
}

function operation(value: unknown): Message {
  return (writer) => {
    text(writer, 5, member(value, "operationId"));
    for (const media of items(member(value, "produces"))) text(writer, 6, media);
    for (const media of items(member(value, "consumes"))) text(writer, 7, media);
    for (const each of items(member(value, "parameters")))
      nested(writer, 8, (item) => nested(item, 1, parameter(each)));
    nested(writer, 9, (responses) => {
      for (const [code, response] of entries(member(value, "responses")))
        nested(
          responses,
          1,
          named(code, (item) =>
            nested(item, 1, (answer) => {
              text(answer, 1, member(response, "description"));
              nested(answer, 2, (whole) => nested(whole, 1, schema(member(response, "schema"))));
            }),
          ),
        );
    });
    extensions(writer, 13, value);
  };
}

/** `Parameter`: a `BodyParameter`, or a `NonBodyParameter` with one of its kinds in it. */
function parameter(value: unknown): Message {
  const place = member(value, "in");
  const [name, type] = [member(value, "name"), member(value, "type")];
  const common = (writer: BinaryWriter): void => {
    flag(writer, 1, member(value, "required"));
    text(writer, 2, place);
    text(writer, 4, name);
  };
  if (place === "path")
    return (writer) =>
      inPlace(writer, places.path, (path) => {
        common(path);
        text(path, 5, type);
      });
  if (place === "query")
    return (writer) =>
      inPlace(writer, places.query, (query) => {
        common(query);
        text(query, 6, type);
      });
  return (writer) =>
    nested(writer, 1, (body) => {
      text(body, 2, name);
      text(body, 3, place);
      flag(body, 4, member(value, "required"));
      nested(body, 5, schema(member(value, "schema")));
    });
}

function inPlace(writer: BinaryWriter, place: number, message: Message): void {
  nested(writer, 2, (nonBody) => nested(nonBody, place, message));
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
