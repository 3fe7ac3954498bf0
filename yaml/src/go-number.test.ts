// Plain words as Go's sigs.k8s.io/yaml reads them: each row was read by it, and what it made of the word is beside it as JSON.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readYaml } from "./read-yaml.ts";

const texts = [
  ..."e1 E12 e+3 -e1 . +. -. .e3 +.e3 1e 1e+ e + +e 0x 0b 0o 0xg 0b2 0o8 0x_ _1 ._ ._5 .1_ -.nan 1e999".split(" "),
  ..."0xfffffffffffffffff +0xffffffffffffffff 0x1p4 1e1e1 1.2.3 --1 = nan NaN inf Infinity nULL yES oN tRUE".split(" "),
  ..."52:54:00:00:00:01 1:30 2026-01-02 2026-01-02T03:04:05Z".split(" "),
];
const others = `
  1=1 -1=-1 +1=1 0=0 -0=0 00=0 0600=384 -0600=-384 089=89 1_000=1000 1_=1 1__0=10 +_1=1 0_7=7 0o17=15 0O17=15 -0o17=-15
  0x1F=31 0X1f=31 -0x1F=-31 0x_1=1 0b101=5 0B11=3 -0b101=-5 +0b1=1 0xffffffffffffffff=18446744073709551615
  1.=1 .5=0.5 -.5=-0.5 +.5=0.5 .5_0=0.5 1.5=1.5 1_0.5_0=10.5 1e3=1000 1E3=1000 1e+3=1000 1.e3=1000 1e1_0=10000000000
  .5e1=5 .5e1_0=5000000000 18446744073709551616=18446744073709552000 0777777777777777777777777=7.777777777777778e+23
  ~=null null=null Null=null NULL=null yes=true Yes=true YES=true y=true Y=true on=true ON=true true=true TRUE=true
  n=false no=false off=false`;
const rows: readonly (readonly [word: string, json: string])[] = [
  ...texts.map((word) => [word, JSON.stringify(word)] as const),
  ...others
    .trim()
    .split(/\s+/)
    .map((row) => row.split("=") as [string, string]), // as they stand above
];

for (const [word, json] of rows)
  test(`${word} is ${json}`, () => {
    const read = readYaml(`k: ${word}\n`);
    // -0 is 0 to JSON.
    assert.equal(JSON.stringify(read.ok && read.document.value), JSON.stringify({ k: JSON.parse(json) }));
  });

test("what Go has no JSON for is the number it is", () => {
  const read = readYaml("[.inf, +.Inf, -.INF, .nan, .NaN]");
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: none } = Number;
  assert.deepEqual(read.ok && read.document.value, [
    POSITIVE_INFINITY,
    POSITIVE_INFINITY,
    NEGATIVE_INFINITY,
    none,
    none,
  ]);
});

test("a tag takes what it names, and refuses what is none", () => {
  const read = readYaml('[!!int "5", !!float 3, !!str 5]');
  assert.deepEqual(read.ok && read.document.value, [5, 3, "5"]);
  assert.equal(readYaml("!!int 1.5").ok, false);
});
