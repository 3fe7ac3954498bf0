import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { apiRootOf, isObject, type KindInfo, kinds, member } from "@neverland/api";
import { openApiV2, openApiV3 } from "./openapi-document.ts";
import { encodeOpenApiV2 } from "./openapi-v2-protobuf.ts";

const all = Object.values<KindInfo>(kinds);
const roots = [...new Set(all.map(apiRootOf))];

/** Every schema in a document, found by where schemas stand. */
function schemasIn(value: unknown, path: string): [string, unknown][] {
  const children = Object.entries(isObject(member(value, "properties")) ? Object(member(value, "properties")) : {});
  const singles = ["items", "additionalProperties"].flatMap((key) => {
    const child = member(value, key);
    return child === undefined ? [] : schemasIn(child, `${path}.${key}`);
  });
  return [[path, value], ...children.flatMap(([name, child]) => schemasIn(child, `${path}.${name}`)), ...singles];
}

test("every schema of version 3 has one type, or kubectl explain fails on it", () => {
  const untyped = roots.flatMap((root) => {
    const document = openApiV3(all, root, "0");
    const schemas = Object.entries(document.components.schemas).flatMap(([key, schema]) => schemasIn(schema, key));
    return schemas.filter(
      ([, schema]) => typeof member(schema, "type") !== "string" && member(schema, "$ref") === undefined,
    );
  });
  assert.deepEqual(
    untyped.map(([path]) => path),
    [],
  );
});

test("every kind and every field is described", () => {
  const bare = documents.flatMap((document) => {
    const definitions = "definitions" in document ? document.definitions : document.components.schemas;
    return Object.entries(definitions).flatMap(([key, schema]) => bareFieldsIn(schema, key));
  });
  assert.deepEqual(bare, []);
});

/** Itself, and the fields below that have neither a description nor a reference to what has one. */
function bareFieldsIn(schema: unknown, path: string): string[] {
  const text = member(schema, "description");
  const isDescribed = (typeof text === "string" && text.endsWith(".")) || member(schema, "$ref") !== undefined;
  const properties = member(schema, "properties");
  const inside = [member(schema, "items"), member(schema, "additionalProperties")].map((one) =>
    member(one, "properties"),
  );
  const below = [properties, ...inside].flatMap((fields) => (isObject(fields) ? Object.entries(fields) : []));
  return [...(isDescribed ? [] : [path]), ...below.flatMap(([name, field]) => bareFieldsIn(field, `${path}.${name}`))];
}

const documents = [openApiV2(all, "0"), ...roots.map((root) => openApiV3(all, root, "0"))];

test("every parameter of a path is declared, every reference leads somewhere, and no two operations have one id", () => {
  for (const document of documents) {
    const text = JSON.stringify(document);
    const references = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path));
    const at = (path: string) => path.split("/").reduce<unknown>((value, step) => member(value, step), document);
    assert.deepEqual(
      [...references].filter((path) => at(path) === undefined),
      [],
    );
    assert.ok(references.size > 0);
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    assert.deepEqual([ids.length, new Set(ids).size > 5], [new Set(ids).size, true]);
    for (const [path, item] of Object.entries(document?.paths ?? {}))
      for (const operation of Object.values(item))
        assert.deepEqual(
          [member(operation, "parameters")]
            .flat()
            .filter((each) => member(each, "in") === "path")
            .map((each) => member(each, "name")),
          [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
          path,
        );
  }
});

test("what is described of a kind is what may be asked of it", () => {
  const { paths } = openApiV2(all, "0");
  const root = "/apis/metal.neverland.dev/v1alpha1";
  const described = Object.entries(paths)
    .filter(([path]) => path.startsWith(root))
    .map(([path, item]) => [path.slice(root.length), Object.keys(item).toSorted()]);
  assert.deepEqual(Object.fromEntries(described), {
    "/accesstokens": ["delete", "get", "post"],
    "/accesstokens/{name}": ["delete", "get", "patch", "put"],
    "/accesstokens/{name}/status": ["get", "patch", "put"],
    "/namespaces/{namespace}/machineevents": ["get", "post"],
    "/machineevents": ["get"],
    "/namespaces/{namespace}/machineevents/{name}": ["get"],
    "/namespaces/{namespace}/machineviews": ["get"],
    "/machineviews": ["get"],
    "/namespaces/{namespace}/machineviews/{name}": ["get"],
    "/namespaces/{namespace}/actionreports": ["delete", "get", "post"],
    "/actionreports": ["delete", "get"],
    "/namespaces/{namespace}/actionreports/{name}": ["delete", "get"],
  });
  const status = paths["/apis/tinkerbell.org/v1alpha1/namespaces/{namespace}/workflows/{name}/status"] ?? {};
  assert.deepEqual(Object.keys(status).toSorted(), ["get", "patch", "put"]);
});

test("no schema of version 2 has a keyword of JSON Schema that version 2 lacks", () => {
  const known = ["type", "description", "enum", "required", "pattern", "minimum", "maximum", "format", "$ref"];
  const nesting = ["properties", "items", "additionalProperties"];
  const { definitions } = openApiV2(all, "0");
  const keys = Object.entries(definitions).flatMap(([key, schema]) =>
    schemasIn(schema, key).flatMap(([, one]) => Object.keys(isObject(one) ? one : {})),
  );
  const foreign = new Set(
    keys.filter((key) => !known.includes(key) && !nesting.includes(key) && !key.startsWith("x-")),
  );
  assert.deepEqual([...foreign], []);
});

test("PATCH of every kind that changes says what a write may ask for, where kubectl looks for it", () => {
  const parametersOf = (operations: unknown[], { group, version, kind }: KindInfo) => {
    const own = operations.filter((patch) =>
      isDeepStrictEqual(member(patch, "x-kubernetes-group-version-kind"), { group, version, kind }),
    );
    const parameters = own.map((patch) => member(patch, "parameters")).filter((list) => Array.isArray(list));
    return parameters.flat().flatMap((one) => (member(one, "in") === "query" ? [member(one, "name")] : []));
  };
  const second = Object.values(openApiV2(all, "0").paths).map((path) => member(path, "patch"));
  for (const kind of all.filter(({ record }) => !record)) {
    const { paths = {} } = openApiV3(all, apiRootOf(kind), "0") ?? {};
    const third = Object.values(paths).map((path) => member(path, "patch"));
    for (const operations of [second, third]) {
      const names = parametersOf(operations, kind);
      assert.ok(names.includes("dryRun") && names.includes("fieldValidation"), `${kind.kind}: ${names}`);
    }
  }
});

test("the protobuf form begins with the version and holds every definition's name", () => {
  const bytes = Buffer.from(encodeOpenApiV2(openApiV2(all, "0.1.0")));
  assert.equal(bytes.subarray(0, 5).toString("latin1"), "\n\x032.0");
  for (const kind of all) assert.ok(bytes.includes(`${kind.version}.${kind.kind}`));
});
