import assert from "node:assert/strict";
import { test } from "node:test";
import { renderJsonPath } from "./jsonpath.ts";
import { JsonPathError } from "./jsonpath-parser.ts";

const list = {
  kind: "List",
  items: [
    {
      metadata: { name: "127.0.0.1", labels: { "a.b/c": "x" } },
      status: { capacity: { cpu: "4" }, ready: true, age: 3 },
    },
    { metadata: { name: "127.0.0.2" }, status: { capacity: { cpu: "8" }, ready: false, age: 5 } },
  ],
};

// Template and what kubectl prints for it, as its documentation has it, on the list above.
const cases: readonly [template: string, expected: string][] = [
  ["{.kind}", "List"],
  ["{['kind']}", "List"],
  [".kind", "List"],
  ["{$.kind}", "List"],
  ["type is {.kind}", "type is List"],
  ["{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"],
  ["{.items[0].metadata.name}", "127.0.0.1"],
  ["{.items[-1].metadata.name}", "127.0.0.2"],
  ["{.items[0:1].metadata.name}", "127.0.0.1"],
  ["{..name}", "127.0.0.1 127.0.0.2"],
  ["{.items[*]['metadata.name', 'status.capacity']}", ""],
  ["{.items[?(@.status.age>4)].metadata.name}", "127.0.0.2"],
  ['{.items[?(@.metadata.name=="127.0.0.1")].status.capacity}', '{"cpu":"4"}'],
  ["{.items[?(@.status.ready==true)].metadata.name}", "127.0.0.1"],
  ["{.items[?(@.metadata.labels)].metadata.name}", "127.0.0.1"],
  ["{range .items[*]}[{.metadata.name}, {.status.capacity.cpu}] {end}", "[127.0.0.1, 4] [127.0.0.2, 8] "],
  ['{range .items[*]}{.metadata.name}{"\\n"}{end}', "127.0.0.1\n127.0.0.2\n"],
  ["{.items[0].metadata.labels.a\\.b/c}", "x"],
  ["{.items[0].metadata.labels['a.b/c']}", "x"],
  ["{.nothing.here}", ""],
];

for (const [template, expected] of cases) {
  test(`renders ${template}`, () => assert.equal(renderJsonPath(template, list), expected));
}

for (const template of ["{.items[}", "{range .items[*]}x", "{end}", "{.items[?(@.a==]}", "{.kind"]) {
  test(`refuses ${template} and says where`, () => {
    assert.throws(
      () => renderJsonPath(template, list),
      (error) => error instanceof JsonPathError && error.column > 0,
    );
  });
}
