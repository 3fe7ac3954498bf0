// Data for the comparison with Go, and templates that are run on each kind of it.

export const richData = {
  s: "héllo",
  n: 3,
  f: 1.5,
  big: 12345678,
  t: true,
  z: null,
  l: [1, 2, 3],
  ls: ["a", "b"],
  e: [],
  m: { a: 1, b: "x", c: null },
  em: {},
  nested: { l: [{ n: 1 }, { n: 2 }], m: { k: { v: "deep" } } },
  empty: "",
};

export const dataValues: readonly unknown[] = [
  1,
  "x",
  null,
  true,
  [1, "a"],
  [],
  1.5,
  1e6,
  123456789,
  { a: { b: [{ c: 1 }] } },
];

export const dotCases: readonly string[] = [
  "{{.}}",
  "{{.x}}",
  "{{range .}}{{.}}{{end}}",
  "{{len .}}",
  "{{index . 0}}",
  '{{printf "%v %T %s %d %q %x" . . . . . .}}',
  "{{with .}}{{.}}{{end}}",
  "{{$}}{{$.a}}",
  "{{eq . 1}}",
  "{{lt . 1}}",
  "{{slice . 0}}",
  "{{print . .}}",
  "{{not .}}",
  "{{html .}}",
  '{{template "x" .}}{{define "x"}}{{$}}{{end}}',
];
