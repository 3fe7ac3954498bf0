// The OpenAPI documents: version 2 (all clients), version 3 (kubectl from 1.26 on; a document per group and version).
import { apiRootOf, type KindInfo } from "@neverland/api";
import type { JsonObject } from "@neverland/resources/json.ts";
import {
  definitionName,
  dialect2,
  dialect3,
  gvkOf,
  kindSchema,
  objectMetaName,
  objectMetaSchema,
} from "./openapi-schema.ts";

const title = "Neverland resources";

export type OpenApiV2 = {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: { readonly [path: string]: JsonObject };
  readonly definitions: { readonly [name: string]: JsonObject };
};

/** `/openapi/v2`. Of the paths only PATCH is described: kubectl reads there what a write may ask for. */
export function openApiV2(kinds: readonly KindInfo[], version: string): OpenApiV2 {
  return {
    swagger: "2.0",
    info: { title, version },
    paths: Object.fromEntries(
      kinds.filter((kind) => !kind.record).map((kind) => [pathOf(kind), { patch: patchOf(kind) }]),
    ),
    definitions: {
      [objectMetaName]: objectMetaSchema,
      ...Object.fromEntries(kinds.map((kind) => [definitionName(kind), kindSchema(kind, dialect2)])),
    },
  };
}

/** `/openapi/v3`: where the documents are. */
export function openApiV3Index(kinds: readonly KindInfo[]) {
  const names = [...new Set(kinds.map((kind) => apiRootOf(kind).slice(1)))];
  return { paths: Object.fromEntries(names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }])) };
}

/** `/openapi/v3/apis/GROUP/VERSION`. @param root `/apis/GROUP/VERSION` */
export function openApiV3(kinds: readonly KindInfo[], root: string, version: string) {
  const members = kinds.filter((kind) => apiRootOf(kind) === root);
  if (members.length === 0) return undefined;
  const schemas = members.map((kind) => [definitionName(kind), kindSchema(kind, dialect3)]);
  const paths = members.map((kind) => [pathOf(kind), { get: describedBy(kind, "get"), patch: v3Patch(kind) }]);
  return {
    openapi: "3.0.0",
    info: { title, version },
    paths: Object.fromEntries(paths),
    components: { schemas: { [objectMetaName]: objectMetaSchema, ...Object.fromEntries(schemas) } },
  };
}

function pathOf(kind: KindInfo): string {
  const scope = kind.scope === "cluster" ? "" : "/namespaces/{namespace}";
  return `${apiRootOf(kind)}${scope}/${kind.plural}/{name}`;
}

/**
 * What any write may ask for in its query. kubectl takes PATCH's word for all of a kind's: without `dryRun` it tries nothing out, without
 * `fieldValidation` it checks fields on its own side.
 */
const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({ in: "query", name }));

function patchOf(kind: KindInfo): JsonObject {
  return {
    operationId: `patch${kind.kind}`,
    consumes: ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"],
    produces: ["application/json"],
    parameters: writeParameters.map((parameter) => ({ ...parameter, type: "string" })),
    responses: { 200: { description: "OK" } },
    "x-kubernetes-action": "patch",
    "x-kubernetes-group-version-kind": gvkOf(kind),
  };
}

function v3Patch(kind: KindInfo): JsonObject {
  const parameters = writeParameters.map((parameter) => ({ ...parameter, schema: { type: "string" } }));
  return { ...describedBy(kind, "patch"), parameters };
}

function describedBy(kind: KindInfo, action: string): JsonObject {
  const schema = { $ref: `#/components/schemas/${definitionName(kind)}` };
  return {
    responses: { 200: { description: "OK", content: { "application/json": { schema } } } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(kind),
  };
}
