import assert from "node:assert/strict";
import { test } from "node:test";
import type { KindInfo } from "../kind-info.ts";
import { kinds } from "../kinds.ts";
import type { FieldDoc } from "./field-doc.ts";
import { fieldAt, fieldDocs } from "./field-docs.ts";

function flat(fields: readonly FieldDoc[], prefix: string): [path: string, field: FieldDoc][] {
  return fields.flatMap((field): [string, FieldDoc][] => {
    const path = `${prefix}.${field.name}`;
    return [[path, field], ...flat(field.fields ?? [], path)];
  });
}

test("no field of any kind is without a description that ends as a sentence", () => {
  const all = Object.values<KindInfo>(kinds).flatMap((kind) => flat(fieldDocs(kind), kind.kind));
  assert.ok(all.length > 250);
  const bare = all.filter(([, { description }]) => !/\S\.$/.test(description));
  assert.deepEqual(
    bare.map(([path]) => path),
    [],
  );
});

test("types are those of kubectl explain", () => {
  const of = (path: string) => fieldAt(fieldDocs(kinds.Hardware), path.split("."))?.type;
  assert.equal(of("spec.interfaces"), "[]Object");
  assert.equal(of("spec.interfaces[0].netboot.allowPXE"), "boolean");
  assert.equal(of("spec.interfaces[].dhcp.name_servers"), "[]string");
  assert.equal(of("spec.references.namespace"), "string");
  assert.equal(of("metadata.labels"), "map[string]string");
  assert.equal(of("metadata.creationTimestamp"), "string");
  assert.equal(of("spec.interfaces.dhcp.nope"), undefined);
});

test("the document inside a Template is described below spec.data", () => {
  const timeout = fieldAt(fieldDocs(kinds.Template), "spec.data.tasks.actions.timeout".split("."));
  assert.match(timeout?.description ?? "", /in seconds/);
});
