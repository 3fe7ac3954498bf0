import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const data = { m: { b: { c: [1, 2.5] }, a: null }, e: { l: [], m: {} } };
const table: readonly (readonly [string, string])[] = [
  ["{{toJson .m}}", '{"a":null,"b":{"c":[1,2.5]}}'],
  [
    '{{toJson (list "a<b>&" nil true 1e21 0.0000001 100000000.0)}}',
    '["a\\u003cb\\u003e\\u0026",null,true,1e+21,1e-7,100000000]',
  ],
  ['{{toRawJson "a<b"}} {{toJson "q\\"\\\\\\n\\x01é"}}', '"a<b" "q\\"\\\\\\n\\u0001é"'],
  ["{{toPrettyJson .m}}", '{\n  "a": null,\n  "b": {\n    "c": [\n      1,\n      2.5\n    ]\n  }\n}'],
  ["{{toPrettyJson .e}}", '{\n  "l": [],\n  "m": {}\n}'],
  ['{{(fromJson "{\\"a\\":[1,{\\"b\\":2}]}").a}} {{fromJson "bad"}}', "[1 map[b:2]] <no value>"],
  ["{{toJson 9223372036854775807}}", "9223372036854775807"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source, data), expected));
}

test("mustFromJson fails on what is no JSON", () => {
  assert.match(failure('{{mustFromJson "bad"}}'), /^invalid JSON: /);
});

test("a list that holds itself twice forty levels deep is not written out", () => {
  const source = "{{$l := list 1}}{{range until 40}}{{$l = list $l $l}}{{end}}{{toJson $l}}";
  assert.match(failure(source), /needs more than 1000000 steps/);
});
