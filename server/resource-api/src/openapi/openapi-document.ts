// The OpenAPI documents: version 2 (all clients), version 3 (kubectl from 1.26 on; a document per group and version).
import { apiRootOf, type JsonObject, type KindInfo } from "@neverland/api";
import { type Operation, operationsOf } from "./openapi-operations.ts";
import {
  type Dialect,
  definitionName,
  dialect2,
  dialect3,
  gvkOf,
  kindSchema,
  listName,
  listSchema,
  metaSchemas,
  statusName,
} from "./openapi-schema.ts";

const title = "Neverland resources";

export type OpenApiV2 = {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: { readonly [path: string]: JsonObject };
  readonly definitions: { readonly [name: string]: JsonObject };
};

export type OpenApiV3 = {
  readonly openapi: "3.0.0";
  readonly info: OpenApiV2["info"];
  readonly paths: OpenApiV2["paths"];
  readonly components: { readonly schemas: OpenApiV2["definitions"] };
};

/** `/openapi/v2`. */
export function openApiV2(kinds: readonly KindInfo[], version: string): OpenApiV2 {
  return {
    swagger: "2.0",
    info: { title, version },
    paths: pathsOf(kinds, operationV2),
    definitions: { ...metaSchemas(dialect2), ...schemasOf(kinds, dialect2) },
  };
}

/** `/openapi/v3/apis/GROUP/VERSION`. @param root `/apis/GROUP/VERSION` */
export function openApiV3(kinds: readonly KindInfo[], root: string, version: string): OpenApiV3 {
  const members = kinds.filter((kind) => apiRootOf(kind) === root);
  return {
    openapi: "3.0.0",
    info: { title, version },
    paths: pathsOf(members, operationV3),
    components: { schemas: { ...metaSchemas(dialect3), ...schemasOf(members, dialect3) } },
  };
}

function schemasOf(kinds: readonly KindInfo[], dialect: Dialect): { readonly [name: string]: JsonObject } {
  return Object.fromEntries(
    kinds.flatMap((kind) => [
      [definitionName(kind), kindSchema(kind, dialect)],
      [listName(kind), listSchema(kind, dialect)],
    ]),
  );
}

type Render = (operation: Operation, kind: KindInfo) => JsonObject;

function pathsOf(kinds: readonly KindInfo[], render: Render): { readonly [path: string]: JsonObject } {
  const paths = new Map<string, JsonObject>();
  for (const kind of kinds)
    for (const operation of operationsOf(kind))
      paths.set(operation.path, { ...paths.get(operation.path), [operation.method]: render(operation, kind) });
  return Object.fromEntries(paths);
}

const patchTypes = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
const objectTypes = ["application/json", "application/yaml"];

function operationV2(operation: Operation, kind: KindInfo): JsonObject {
  const { body, answer, pathParameters, queryParameters } = operation;
  const schema = body && bodySchema(body, kind, dialect2);
  return {
    operationId: operation.id,
    ...(body && { consumes: body === "patch" ? patchTypes : objectTypes }),
    produces: [answer === "text" ? "text/plain" : "application/json"],
    parameters: [
      ...pathParameters.map((name) => ({ in: "path", name, required: true, type: "string" })),
      ...queryParameters.map(({ name, type }) => ({ in: "query", name, type })),
      ...(schema ? [{ in: "body", name: "body", required: body !== "options", schema }] : []),
    ],
    responses: { [statusOf(operation)]: { description: "OK", schema: answerSchema(answer, kind, dialect2) } },
    ...kubernetesOf(operation, kind),
  };
}

function operationV3(operation: Operation, kind: KindInfo): JsonObject {
  const { body, answer, pathParameters, queryParameters } = operation;
  const schema = body && bodySchema(body, kind, dialect3);
  const media = answer === "text" ? "text/plain" : "application/json";
  const content = { [media]: { schema: answerSchema(answer, kind, dialect3) } };
  const types = body === "patch" ? patchTypes : objectTypes;
  const requestBody = {
    required: body !== "options",
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
  return {
    operationId: operation.id,
    parameters: [
      ...pathParameters.map((name) => ({ in: "path", name, required: true, schema: { type: "string" } })),
      ...queryParameters.map(({ name, type }) => ({ in: "query", name, schema: { type } })),
    ],
    ...(schema && { requestBody }),
    responses: { [statusOf(operation)]: { description: "OK", content } },
    ...kubernetesOf(operation, kind),
  };
}

function statusOf({ method }: Operation): number {
  return method === "post" ? 201 : 200;
}

function kubernetesOf({ action }: Operation, kind: KindInfo): JsonObject {
  return { "x-kubernetes-action": action, "x-kubernetes-group-version-kind": gvkOf(kind) };
}

function bodySchema(body: NonNullable<Operation["body"]>, kind: KindInfo, { refPrefix }: Dialect): JsonObject {
  return body === "object" ? { $ref: `${refPrefix}${definitionName(kind)}` } : { type: "object" };
}

function answerSchema(answer: Operation["answer"], kind: KindInfo, { refPrefix }: Dialect): JsonObject {
  switch (answer) {
    case "object":
      return { $ref: `${refPrefix}${definitionName(kind)}` };
    case "list":
      return { $ref: `${refPrefix}${listName(kind)}` };
    case "status":
      return { $ref: `${refPrefix}${statusName}` };
    case "text":
      return { type: "string" };
  }
}
