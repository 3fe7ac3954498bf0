import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { apiRootOf, type KindInfo, kinds } from "@neverland/api";
import { isObject, member } from "@neverland/resources/json.ts";
import { openApiV2, openApiV3, openApiV3Index } from "./openapi-document.ts";
import { encodeOpenApiV2 } from "./openapi-protobuf.ts";

const all = Object.values<KindInfo>(kinds);

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
  const untyped = [...Object.keys(openApiV3Index(all).paths)].flatMap((name) => {
    const document = openApiV3(all, name.replace("apis/", ""), "0");
    const schemas = Object.entries(document?.components.schemas ?? {}).flatMap(([key, schema]) =>
      schemasIn(schema, key),
    );
    return schemas.filter(
      ([, schema]) => typeof member(schema, "type") !== "string" && member(schema, "$ref") === undefined,
    );
  });
  assert.deepEqual(
    untyped.map(([path]) => path),
    [],
  );
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
