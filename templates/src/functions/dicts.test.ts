import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";

const data = { m: { a: 1, b: { c: "x" } } };
const table: readonly (readonly [string, string])[] = [
  ['{{dict "a" 1 "b" "x" "c"}}', "map[a:1 b:x c:]"],
  ['{{get .m "a"}}|{{get .m "q"}}|{{hasKey .m "b"}}', "1||true"],
  ['{{$d := dict "a" 1}}{{$_ := set $d "b" 2}}{{$_ := unset $d "a"}}{{$d}}', "map[b:2]"],
  ['{{pluck "a" .m (dict "a" 2) (dict)}}', "[1 2]"],
  ['{{keys .m}} {{values (dict "b" 2 "a" 1)}}', "[a b] [1 2]"],
  ['{{pick .m "a" "q"}} {{omit .m "b"}}', "map[a:1] map[a:1]"],
  ['{{merge (dict "a" 1 "e" "") (dict "a" 2 "b" 3 "e" "full")}}', "map[a:1 b:3 e:full]"],
  ['{{mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3)}}', "map[a:2 b:3]"],
  ['{{merge (dict "m" (dict "x" 1)) (dict "m" (dict "x" 2 "y" 3))}}', "map[m:map[x:1 y:3]]"],
  ['{{dig "b" "c" "default" .m}} {{dig "b" "q" "default" .m}}', "x default"],
  ['{{$c := deepCopy .m}}{{$_ := set $c.b "c" "changed"}}{{.m.b.c}} {{$c.b.c}}', "x changed"],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source, data), expected));
}

test("a dict cannot be put into itself, however deep", () => {
  assert.equal(failure('{{$d := dict}}{{set $d "a" (list (dict "b" $d))}}'), "a dict cannot hold itself");
});

test("data of the caller is not changed by set", () => {
  const mine = { m: { a: 1 } };
  rendered('{{set .m "a" 2}}', mine);
  assert.deepEqual(mine, { m: { a: 1 } });
});
