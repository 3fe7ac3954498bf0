// What bounds a render, and that nothing but TemplateError ever comes out.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileTemplate, renderText } from "./template.ts";
import { TemplateError } from "./template-error.ts";
import { richData } from "./testing/cases-data.ts";
import { sensibleTemplate, tokenSoup } from "./testing/random-template.ts";
import { tinkerbellFunctions } from "./tinkerbell/functions.ts";

function errorOf(source: string, data: unknown = richData): TemplateError {
  try {
    renderText("t", source, data, tinkerbellFunctions);
  } catch (error) {
    assert.ok(error instanceof TemplateError, String(error));
    return error;
  }
  return assert.fail(`${source} rendered`);
}

const runaways: readonly (readonly [string, string, RegExp])[] = [
  ["a range over a billion", "{{range 1000000000}}{{end}}", /needs more than 1000000 steps/],
  ["ranges inside ranges", "{{range 9999}}{{range 9999}}{{$x := 1}}{{end}}{{end}}", /needs more than 1000000 steps/],
  [
    "a template that runs itself",
    '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
    /maximum template depth \(1000\)/,
  ],
  [
    "a string that doubles",
    '{{$s := "aaaa"}}{{range 100}}{{$s = print $s $s}}{{end}}',
    /a string exceeds 524288 bytes/,
  ],
  ["a list that doubles", "{{$l := list 1}}{{range 100}}{{$l = concat $l $l}}{{end}}", /a list exceeds 100000 items/],
  ["a list that holds itself twice", "{{$l := list 1}}{{range 60}}{{$l = list $l $l}}{{end}}{{$l}}", /steps|exceeds/],
  [
    "a list nested 99,999 deep",
    "{{$l := list 1}}{{range 99999}}{{$l = list $l}}{{end}}{{toJson $l}}",
    /nested too deeply|steps/,
  ],
  [
    "a long text quoted a thousand times",
    '{{$s := repeat 500000 "a"}}{{$l := list}}{{range 1000}}{{$l = append $l $s}}{{end}}{{toJson $l}}',
    /steps/,
  ],
  ["a regular expression on a long text", '{{regexReplaceAll "(a|b)*?(c{100}){9}" (repeat 500000 "a") ""}}', /steps/],
  ["20,000 parentheses", `{{${"(".repeat(20_000)}1${")".repeat(20_000)}}}`, /max expression depth exceeded/],
  ["5,000 branches", `${"{{if 1}}".repeat(5000)}${"{{end}}".repeat(5000)}`, /max expression depth exceeded/],
  ["output without end", "{{range 99999}}xxxxxxxxxx{{end}}", /rendered template exceeds 262144 bytes/],
  ["a width of 999,999", '{{printf "%999999d" 1}}', /a string exceeds 524288 bytes/],
  ["a source of a megabyte", "x".repeat(1_000_000), /exceeds 524288 bytes/],
];
for (const [what, source, expected] of runaways) {
  test(`${what} ends as a limit`, () => {
    const error = errorOf(source);
    assert.match(error.message, expected);
    assert.ok(["limit", "syntax"].includes(error.code), error.code);
  });
}

test("a template uses all 256 KiB it may, and not one byte more", () => {
  const source = "{{range 32767}}12345678{{end}}{{.}}";
  assert.equal(renderText("t", source, "12345678", tinkerbellFunctions).length, 262_144);
  assert.match(errorOf(source, "123456789").message, /exceeds 262144 bytes/);
});

test("an error says in which template it is, on which line and column", () => {
  const error = errorOf('{{define "part"}}\n  é {{.nope}}{{end}}{{template "part" .}}');
  assert.deepEqual(error.place, { templateName: "part", line: 2, column: 7 });
  assert.equal(error.code, "execution");
  assert.match(error.message, /^template: t:2:7: executing "part" at <\.nope>: /);
});

test("a syntax error has a column too, though Go's text has none", () => {
  const error = errorOf("abc\n {{.x $y }}");
  assert.deepEqual([error.code, error.place?.line, error.place?.column], ["syntax", 2, 6]);
});

test("a compiled template renders again and again, each time by itself", () => {
  const template = compileTemplate("t", '{{$_ := set . "n" (add1 .n)}}{{.n}}', tinkerbellFunctions);
  assert.equal(renderText("t", "{{.n}}", { n: 1 }, tinkerbellFunctions), "1");
  assert.equal(template.name, "t");
});

/** Renders or fails as a TemplateError with a place inside the source. */
function holds(source: string): void {
  try {
    renderText("t", source, richData, tinkerbellFunctions);
  } catch (error) {
    assert.ok(error instanceof TemplateError, String(error));
    assert.ok(error.place !== undefined, error.message);
    assert.ok(error.place.line >= 1 && error.place.line <= source.split("\n").length, error.message);
    assert.ok(error.place.column >= 0, error.message);
  }
}

test("any string renders or fails as a TemplateError with its place", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => holds(`{{${text}}}`)),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), holds), { numRuns: 1000 });
});

test("any soup of tokens and any calls of functions do too", () => {
  const names = fc.constantFrom(...tinkerbellFunctions.keys());
  const args = fc.array(
    fc.constantFrom(
      ".s",
      ".l",
      ".m",
      ".z",
      "1",
      "-1",
      '"("',
      '"%z"',
      "1.5",
      "nil",
      "true",
      ".ls",
      '"a: &x [*x]"',
      "99999999",
    ),
    { maxLength: 5 },
  );
  const calls = fc.array(fc.tuple(names, args), { minLength: 1, maxLength: 3 });
  const source = calls.map((all) => `{{${all.map(([name, given]) => [name, ...given].join(" ")).join(" | ")}}}`);
  fc.assert(fc.property(source, holds), { numRuns: 5000 });
  fc.assert(fc.property(tokenSoup, holds), { numRuns: 2000 });
  fc.assert(fc.property(sensibleTemplate, holds), { numRuns: 1000 });
});
