// Random templates for the comparison with Go: mostly sensible ones, and soups of tokens.
import fc from "fast-check";

const path = fc.constantFrom(
  ".s",
  ".n",
  ".l",
  ".m",
  ".m.a",
  ".m.b",
  ".z",
  ".t",
  ".ls",
  ".nested.l",
  ".nested.m.k.v",
  ".x",
  ".",
);
const variable = fc.constantFrom("$", "$.s", "$.l", "$v", "$v.a");
const constant = fc.constantFrom(
  "1",
  "0",
  "-2",
  "3",
  "1.5",
  "1e6",
  "0x1F",
  "'a'",
  '"b"',
  '""',
  '"é\\n"',
  "`r`",
  "true",
  "false",
  "nil",
  "2i",
);
const format = fc
  .array(
    fc.constantFrom(
      "%",
      "d",
      "s",
      "v",
      "q",
      "x",
      "5",
      ".2",
      "-",
      "+",
      "#",
      "0",
      " ",
      "T",
      "f",
      "g",
      "e",
      "t",
      "c",
      "U",
      "*",
      "[1]",
      "[2]",
      "é",
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => JSON.stringify(parts.join("")));
const twoArgs = fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge", "index", "slice", "and", "or", "print");
const oneArg = fc.constantFrom("len", "not", "html", "js", "urlquery", "print", "println", "call", "index", "slice");

const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(path, variable, constant),
  expression: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    tie("atom"),
    fc.tuple(oneArg, tie("expression")).map(([name, arg]) => `${name} (${arg})`),
    fc.tuple(twoArgs, tie("expression"), tie("expression")).map(([name, a, b]) => `${name} (${a}) (${b})`),
    fc.tuple(twoArgs, tie("atom"), tie("atom"), tie("atom")).map(([name, a, b, c]) => `${name} ${a} ${b} ${c}`),
    fc.tuple(format, tie("atom"), tie("atom")).map(([text, a, b]) => `printf ${text} ${a} ${b}`),
    fc.tuple(tie("expression"), oneArg).map(([value, name]) => `${value} | ${name}`),
    fc.tuple(tie("expression"), twoArgs, tie("atom")).map(([value, name, arg]) => `${value} | ${name} ${arg}`),
    tie("expression").map((value) => `(${value}).a`),
  ),
}));

const open = fc.constantFrom("{{", "{{- ", "{{ ", "{{\n");
const close = fc.constantFrom("}}", " -}}", " }}");
const text = fc.constantFrom("", " ", "x", "\n", " y \n", "é", "{", "}");
const action = (inside: fc.Arbitrary<string>) => fc.tuple(open, inside, close).map((parts) => parts.join(""));

/** Templates that parse, nearly always. */
export const { body: sensibleTemplate } = fc.letrec<{ body: string; statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    text,
    action(expression),
    fc.tuple(action(expression.map((value) => `$v := ${value}`)), tie("body")).map((parts) => parts.join("")),
    fc
      .tuple(fc.constantFrom("if", "with", "range"), expression, close, tie("body"), tie("body"))
      .map(([word, value, end, yes, no]) => `{{${word} ${value}${end}${yes}{{else}}${no}{{end}}`),
    fc
      .tuple(fc.constantFrom("$i, $e :=", "$i :=", "$v =", "$v, $v ="), expression, tie("body"))
      .map(([names, value, each]) => `{{range ${names} ${value}}}${each}{{- if .}}{{continue}}{{end}}{{end}}`),
    fc.tuple(expression, tie("body")).map(([value, each]) => `{{block "b" ${value}}}${each}{{end}}`),
    fc.tuple(fc.constantFrom("b", "c"), expression).map(([name, value]) => `{{template "${name}" ${value}}}`),
  ),
  body: fc.array(tie("statement"), { maxLength: 4 }).map((parts) => parts.join("")),
})) as { body: fc.Arbitrary<string> };

/** Hardly ever templates. */
export const tokenSoup = fc
  .array(
    fc.constantFrom(
      ..."{{ }} {{- -}} | ( ) , := = . $ $x .a .b.c if else end range with define template block break continue nil true".split(
        " ",
      ),
      ...'1 -1 1.5 0x \'a\' "s" "t print len eq 1e9 @ # é /* */ ` \\ : && {{/* */}} {{end}} {{else}} {{if'.split(" "),
      " ",
      "\n",
      "{{range .l}}",
      '{{define "d"}}',
      "{{if 1}}",
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(""));
