import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const data = { l: [3, 1, 2, 2], z: null };
const table: readonly (readonly [string, string])[] = [
  ["{{list 1 2 3}} {{tuple 1}} {{list}}", "[1 2 3] [1] []"],
  ["{{first .l}} {{last .l}} {{rest .l}} {{initial .l}}", "3 2 [1 2 2] [3 1 2]"],
  ["{{first (list)}} {{rest (list)}}", "<no value> []"],
  ["{{append .l 9}} {{push .l 9}} {{prepend .l 9}} {{.l}}", "[3 1 2 2 9] [3 1 2 2 9] [9 3 1 2 2] [3 1 2 2]"],
  ["{{concat (list 1) (list 2 3) .l}}", "[1 2 3 3 1 2 2]"],
  ["{{reverse .l}} {{uniq .l}} {{without .l 2.0}}", "[2 2 1 3] [3 1 2] [3 1]"],
  ["{{has 3.0 .l}} {{has 3 .l}} {{has 3 .z}}", "true false false"],
  ['{{compact (list 0 1 "" "a" nil)}}', "[1 a]"],
  ["{{slice .l 1 3}} {{slice .l 2}} {{slice .l}}", "[1 2] [2 2] [3 1 2 2]"],
  ["{{chunk 3 .l}}", "[[3 1 2] [2]]"],
  ['{{sortAlpha (list "b" "a" 1)}} {{sortAlpha "x"}}', "[1 a b] [x]"],
  ["{{until 3}} {{until -2}} {{until 0}}", "[0 1 2] [0 -1] []"],
  ["{{untilStep 3 9 3}} {{untilStep 9 0 -4}} {{untilStep 0 9 -1}}", "[3 6] [9 5 1] []"],
  [
    "{{seq 5}}|{{seq -3}}|{{seq 0 2}}|{{seq 2 -2}}|{{seq 0 2 10}}|{{seq 0 -2 -5}}|{{seq}}",
    "1 2 3 4 5|1 0 -1 -2 -3|0 1 2|2 1 0 -1 -2|0 2 4 6 8 10|0 -2 -4|",
  ],
  ["{{mustFirst .l}} {{mustUniq .l}} {{mustHas 1.0 .l}}", "3 [3 1 2] true"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source, data), expected));
}

test("what is no list is refused by its kind", () => {
  assert.equal(failure('{{first "x"}}'), "Cannot find first on type string");
});

test("a slice outside the list is refused", () => {
  assert.equal(failure("{{slice (list 1 2) 1 5}}"), "reflect.Value.Slice: slice index out of bounds");
});

test("a list of a million million items is never made", () => {
  assert.equal(failure("{{until 1000000000000}}"), "a list exceeds 100000 items");
});
