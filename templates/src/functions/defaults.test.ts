import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const data = { n: 3, e: "", z: null, l: [1], m: {} };
const table: readonly (readonly [string, string])[] = [
  ['{{default "x" .e}} {{default "x" "y"}} {{.z | default 1}} {{default 5}} {{default 1 0.0}}', "x y 1 5 1"],
  [
    "{{empty .e}} {{empty 0}} {{empty .l}} {{empty .m}} {{empty false}} {{empty nil}}",
    "true true false true true true",
  ],
  ['{{coalesce 0 "" .n 9}} {{coalesce}}', "3 <no value>"],
  ['{{all 1 "x"}} {{all 1 ""}} {{all}} {{any 0 1}} {{any 0 ""}}', "true false true true false"],
  ['{{ternary "a" "b" true}} {{false | ternary "a" "b"}}', "a b"],
  ["{{typeOf 1}} {{typeOf .n}} {{typeOf .l}} {{typeOf nil}}", "int float64 []interface {} <nil>"],
  [
    '{{kindOf .m}} {{kindOf .z}} {{kindIs "string" .e}} {{typeIs "int" 1}} {{typeIsLike "int" 1}}',
    "map invalid true true true",
  ],
  ['{{deepEqual (list 1 (dict "a" 2)) (list 1 (dict "a" 2))}} {{deepEqual 1 1.0}}', "true false"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source, data), expected));
}

test("fail ends the template with the words it is given", () => {
  assert.equal(
    rendered('a\n {{fail "no disk"}}'),
    'template: t:2:3: executing "t" at <fail "no disk">: error calling fail: no disk',
  );
  assert.equal(failure('{{fail "no disk"}}'), "no disk");
});
