// What of a template is wrong for every machine, and where it is written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSource } from "./check-source.ts";

const check = (data: string) => checkSource({ name: "t", data });
const told = (data: string): string[] => {
  const { problems, warnings } = check(data);
  return [...problems, ...warnings].map(({ line, column, field, message }) => `${line}:${column} ${field}: ${message}`);
};

const right = `version: "0.1"
name: ä{{.name}}
global_timeout: {{ .timeout }}
tasks:
  - name: "{{ .a }}"
    worker: "{{.device_1}}"
    actions:
      - name: {{ .b }}
        image: {{ .image }}
        timeout: 90
        environment: {{ .environment }}
      {{- /* a comment: with
      two: lines */ -}}
      {{ if .more }}
      - name: more
        image: b
      {{ else }}
      - name: less
        image: b
      {{ end }}
`;

test("what actions make is not judged, nor what they decide", () => {
  assert.deepEqual(told(right), []);
});

test("an unknown key is told where it stands, with the name that was meant, beside actions too", () => {
  assert.deepEqual(told(right.replace("timeout: 90", "timout: 90")), [
    "10:9 tasks[0].actions[0].timout: unknown key timout is ignored; did you mean timeout?",
  ]);
  assert.deepEqual(told(right.replace("ä{{.name}}\n", "ä{{.name}}\ncolour: red\n")), [
    "3:1 colour: unknown key colour is ignored; known here are version, name, id, global_timeout, tasks",
  ]);
});

test("a value that is wrong for every machine is a problem", () => {
  const [one] = check(right.replace(/ {6}\{\{ if[\s\S]*/, "").replace("90", "soon")).problems;
  assert.deepEqual([one?.line, one?.column, one?.field], [10, 18, "tasks[0].actions[0].timeout"]);
  assert.match(told("name: x\ntasks: []\n")[0] ?? "", /tasks: the template must have at least one task$/);
});

test("what is no template, or no YAML, is told at its place", () => {
  assert.match(told("name: x\ntasks: {{ .a \n")[0] ?? "", /^3:.*unclosed action/);
  assert.match(told("name: x\ntasks: {{ nothing .a }}\n")[0] ?? "", /^2:.*function "nothing" not defined/);
  assert.match(told("name: x\n tasks: [\n")[0] ?? "", /the rendered YAML is broken/);
});

test("a list in place of a mapping is told, whatever its items are made of", () => {
  const plain = right.replace(/ {6}\{\{ if[\s\S]*/, "");
  const listed = plain.replace("environment: {{ .environment }}", "environment:\n          - DISK: {{ .disk }}");
  assert.ok(told(listed).includes("12:11 tasks[0].actions[0].environment: must be a mapping"), told(listed).join("\n"));
});

test("a value on lines of its own is no fault of the YAML around it", () => {
  assert.deepEqual(told("name: x\ntasks:\n{{ toYaml .tasks | indent 2 }}\n{{ .more }}\n"), []);
});

test("what makes nothing in front of a line moves it, and is no fault", () => {
  const item = "  - {name: a, worker: w, actions: [{name: b, image: c}]}\n";
  assert.deepEqual(told(`name: x\ntasks:\n{{ $a := 1 }}${item}${item}`), []);
  assert.deepEqual(told(`name: x\ntasks:\n{{/* a comment */}}${item}${item}`), []);
});

test("a text without sense costs its length", () => {
  const before = process.cpuUsage();
  check("{{.a}}: {{.b}}\n".repeat(20_000));
  assert.ok(process.cpuUsage(before).user < 2_000_000);
});
