import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const table: readonly (readonly [string, string])[] = [
  ["{{add 1 2 3}} {{add1 1}} {{sub 5 2}} {{mul 2 3 4}} {{div 7 2}} {{mod 7 3}} {{div -7 2}}", "6 2 3 24 3 1 -3"],
  ["{{add}} {{max 1 3 2}} {{min 1 3 2}} {{biggest 4}}", "0 3 1 4"],
  ["{{add 9223372036854775807 1}}", "-9223372036854775808"],
  [
    "{{addf 0.1 0.2}} {{subf 1 0.9}} {{mulf 1.1 1.1}} {{divf 10 3}} {{add1f 1.5}}",
    "0.3 0.1 1.21 3.3333333333333335 2.5",
  ],
  ["{{ceil 1.2}} {{floor 1.8}} {{round 123.5555 3}} {{round -1.5 0}}", "2 1 123.556 -2"],
  ["{{maxf 1 2.5}} {{minf 1 2.5}}", "2.5 1"],
  ['{{int "12"}} {{int 1.9}} {{int true}} {{int "x"}} {{int nil}} {{int64 "-3"}}', "12 1 1 0 0 -3"],
  ['{{int "0600"}} {{int "0x1f"}} {{int "7.00"}} {{int "7.5"}} {{int "08"}}', "384 31 7 0 0"],
  ['{{float64 "1.5"}} {{float64 2}} {{atoi "12"}} {{atoi "x"}} {{atoi "010"}} {{toDecimal 777}}', "1.5 2 12 0 10 511"],
  ['{{typeOf (add 1 1)}} {{typeOf (int 1)}} {{typeOf (addf 1)}} {{typeOf (len "x")}}', "int64 int float64 int"],
  ['{{printf "%05.1f %d %x" (addf 1.25 1) (add 1 1) (mul 255 1)}}', "002.2 2 ff"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source), expected));
}

test("a division by zero is a failure of the template", () => {
  assert.equal(failure("{{div 1 0}}"), "runtime error: integer divide by zero");
  assert.equal(failure("{{mod 1 0.5}}"), "runtime error: integer divide by zero");
  assert.equal(failure("{{divf 1 0}}"), "decimal division by 0");
});
