// Expected values are those of sprig's documentation and of Go's strings package.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const table: readonly (readonly [string, string])[] = [
  ['{{trim "  a b \\n"}}|', "a b|"],
  ['{{trimAll "$" "$5.00$"}}', "5.00"],
  ['{{trimSuffix "-" "hello-"}} {{trimPrefix "-" "-hello"}} {{trimPrefix "x" "hello"}}', "hello hello hello"],
  ['{{upper "straße"}} {{lower "HELLO"}}', "STRAßE hello"],
  ['{{title "hello wORLD don\'t"}} {{untitle "Hello World"}}', "Hello WORLD Don'T hello world"],
  ['{{swapcase "Hello"}} {{nospace "h e l\\tl o"}} {{initials "First Try"}}', "hELLO hello FT"],
  ['{{repeat 3 "ab"}}{{repeat 0 "x"}}', "ababab"],
  ['{{substr 0 5 "hello world"}} {{substr 6 -1 "hello world"}} {{substr -1 5 "hello world"}}', "hello world hello"],
  ['{{trunc 5 "hello world"}} {{trunc -5 "hello world"}} {{trunc 99 "x"}} {{trunc -99 "x"}}', "hello world x x"],
  ['{{contains "lo" "hello"}} {{hasPrefix "he" "hello"}} {{hasSuffix "he" "hello"}}', "true true false"],
  ['{{quote "a\\"b" 1 nil true}} {{squote "it" 1.5}}', '"a\\"b" "1" "true" \'it\' \'1.5\''],
  ['{{cat "a" 1 nil "b"}}', "a 1 b"],
  ['{{indent 2 "a\\nb"}}|{{nindent 2 "a\\nb"}}', "  a\n  b|\n  a\n  b"],
  ['{{"I Am Henry VIII" | replace " " "-"}} {{replace "" "-" "ab"}}', "I-Am-Henry-VIII -a-b-"],
  ['{{plural "one" "many" 1}} {{plural "one" "many" 2}}', "one many"],
  ['{{toString 12}}{{toString true}}{{toString "x"}}', "12truex"],
  ['{{join "-" (list 1 nil "b")}} {{join "," "x"}}', "1-b x"],
  ['{{(split "$" "foo$bar$baz")._2}} {{(splitn "$" 2 "foo$bar$baz")._1}}', "baz bar$baz"],
  ['{{splitList "," "a,b"}} {{len (splitList "" "aé")}}', "[a b] 2"],
  ['{{abbrev 5 "hello world"}} {{abbrevboth 5 10 "1234 5678 9123"}}', "he... ...5678..."],
  ['{{wrap 5 "Hello World foo"}}', "Hello\nWorld\nfoo"],
  ['{{wrap 3 "Hello to"}}', "Hello\nto"],
  ['{{wrapWith 5 "\\t" "HelloWorld"}}', "Hello\tWorld"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source), expected));
}

test("positions count bytes, so that half a letter can be cut off", () => {
  assert.equal(rendered('{{len (trunc 2 "hé")}} {{printf "%x" (trunc 2 "hé")}}'), "2 68c3");
});

test("a string where a number is wanted is refused in Go's words", () => {
  assert.equal(rendered('{{indent "x" 1}}'), 'template: t:1:9: executing "t" at <"x">: expected integer; found "x"');
});

test("a number where a string is wanted is refused in Go's words", () => {
  const expected = 'template: t:1:8: executing "t" at <.n>: wrong type for value; expected string; got float64';
  assert.equal(rendered("{{upper .n}}", { n: 1 }), expected);
});

test("repeat refuses a negative count", () => {
  assert.equal(failure('{{repeat -1 "x"}}'), "strings: negative Repeat count");
});

test("replace looks at the size of its result before it makes it", () => {
  const source = '{{$a := repeat 100000 "a"}}{{replace "a" $a $a}}';
  assert.equal(failure(source), "a string exceeds 524288 bytes");
});
