// Expected values are those of Go's regexp package.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const table: readonly (readonly [string, string])[] = [
  ['{{regexMatch "a(arch|rm)" "aarch64"}} {{regexMatch "a(arch|rm)" "x86_64"}}', "true false"],
  ['{{regexMatch "(" "x"}}', "false"],
  ['{{regexFind "[a-z]+" "123abc"}}|{{regexFind "z" "abc"}}|', "abc||"],
  [
    '{{regexFindAll "[0-9]" "1a2b3" 2}} {{regexFindAll "[0-9]" "1a2b3" -1}} {{regexFindAll "x" "abc" -1}}',
    "[1 2] [1 2 3] []",
  ],
  ['{{printf "%q" (regexFindAll "a*" "baac" -1)}}', '["" "aa" ""]'],
  [`{{regexReplaceAll "a(x*)b" "-ab-axxb-" "\${1}W"}}`, "-W-xxW-"],
  ['{{regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W"}}', "---"],
  ['{{regexReplaceAll "(?P<n>x)" "axb" "[$n]$$"}}', "a[x]$b"],
  ['{{regexReplaceAll "" "abc" "-"}} {{regexReplaceAll "b*" "abc" "-"}}', "-a-b-c- -a-c-"],
  [`{{regexReplaceAllLiteral "a(x*)b" "-ab-" "\${1}"}}`, `-\${1}-`],
  [
    '{{regexSplit "z+" "pizza" -1}} {{regexSplit "a" "banana" 2}} {{regexSplit "" "abc" -1}}',
    "[pi a] [b nana] [a b c]",
  ],
  ['{{len (regexSplit "a" "banana" -1)}} {{len (regexSplit "x" "" -1)}} {{len (regexSplit "x" "axb" 0)}}', "4 1 0"],
  ['{{regexQuoteMeta "1.2+3"}} {{regexReplaceAll "é" "né" "e"}}', "1\\.2\\+3 ne"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source), expected));
}

test("a pattern that is none is refused in Go's words", () => {
  assert.equal(failure('{{mustRegexMatch "(" "x"}}'), "error parsing regexp: missing closing ): `(`");
  assert.equal(failure('{{regexFind "(?=x)" "x"}}'), "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
});

test("a pattern that would make a backtracking engine explode is linear", () => {
  assert.equal(rendered('{{regexMatch "^(a+)+$" (print (repeat 1000 "a") "b")}}'), "false");
});

test("long patterns and long work are refused", () => {
  assert.equal(failure('{{regexMatch (repeat 1001 "a") "a"}}'), "a regular expression exceeds 1000 bytes");
  assert.match(
    failure('{{$t := repeat 300000 "a"}}{{regexMatch (repeat 900 "a?") $t}}'),
    /exceeds 1000|more than 1000000 steps/,
  );
});
