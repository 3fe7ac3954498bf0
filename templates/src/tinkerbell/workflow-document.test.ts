import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readWorkflowDocument } from "./workflow-document.ts";

function problems(text: string): string[] {
  const result = readWorkflowDocument(text);
  return result.ok ? [] : result.problems.map((p) => `${p.line}:${p.column} ${p.field}: ${p.message}`);
}
function warnings(text: string): string[] {
  return readWorkflowDocument(text).warnings.map((p) => `${p.line}:${p.column} ${p.field}: ${p.message}`);
}

const minimal = `name: w
tasks:
  - name: t
    worker: w1
    actions:
      - name: a
        image: alpine
`;

test("the least document is read", () => {
  assert.deepEqual(readWorkflowDocument(minimal), {
    ok: true,
    warnings: [],
    document: {
      name: "w",
      tasks: [
        {
          name: "t",
          worker: "w1",
          volumes: [],
          environment: {},
          actions: [
            {
              name: "a",
              image: "alpine",
              timeoutSeconds: 0,
              command: [],
              volumes: [],
              environment: {},
              onTimeout: [],
              onFailure: [],
            },
          ],
        },
      ],
    },
  });
});

test("everything an action can say is read", () => {
  const full = `${minimal}        timeout: 90
        command: [sh, -c, 1, true]
        on-timeout: [echo, t]
        on-failure: [echo, f]
        volumes: [/a:/b]
        pid: host
        namespaces: {network: host, pid: none}
        environment: {A: 0600, B: yes, C: 1.0, D: ~, E: "x", F: 2020-01-01, G: 1_000, H: 0x1f}
`;
  const result = readWorkflowDocument(full);
  assert.ok(result.ok);
  assert.deepEqual(result.document.tasks[0]?.actions[0], {
    name: "a",
    image: "alpine",
    timeoutSeconds: 90,
    command: ["sh", "-c", "1", "true"],
    volumes: ["/a:/b"],
    environment: { A: "0600", B: "yes", C: "1.0", D: "", E: "x", F: "2020-01-01", G: "1_000", H: "0x1f" },
    pid: "host",
    namespaces: { network: "host", pid: "none" },
    onTimeout: ["echo", "t"],
    onFailure: ["echo", "f"],
  });
});

test("anchors and merge keys serve as in any YAML of Go programs", () => {
  const text = minimal.replace(
    "        image: alpine\n",
    "        image: alpine\n        environment: &e {A: 1, B: 2}\n      - name: b\n        image: alpine\n        environment: {<<: *e, B: 3}\n",
  );
  const result = readWorkflowDocument(text);
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.document.tasks[0]?.actions[1]?.environment, { A: "1", B: "3" });
});

const faults: readonly (readonly [string, string, RegExp])[] = [
  ["an empty document", "", /^1:1 name: the workflow needs a name/],
  ["no tasks", "name: w", /^1:1 tasks: the template must have at least one task$/],
  ["an empty worker", minimal.replace("w1", '""'), /^4:13 tasks\[0\]\.worker: task t names no worker/],
  ["no worker", minimal.replace("    worker: w1\n", ""), /^3:5 tasks\[0\]\.worker: /],
  [
    "an image that is none",
    minimal.replace("alpine", "Alpine"),
    /^7:16 tasks\[0\]\.actions\[0\]\.image: action a has no valid image \(Alpine\)/,
  ],
  [
    "two volumes of one action at one place",
    `${minimal}        volumes: ["/a:/x", "/b:/x/:ro"]\n`,
    /^8:28 tasks\[0\]\.actions\[0\]\.volumes\[1\]: \/b:\/x\/:ro has the destination of \/a:\/x: keep one of them$/,
  ],
  [
    "a volume without a destination",
    `${minimal}        volumes: ["/dev:/dev", "/scratch"]\n`,
    /^8:32 tasks\[0\]\.actions\[0\]\.volumes\[1\]: \/scratch does not have two or three parts: write source:destination/,
  ],
  [
    "a volume at a place that is none",
    `${minimal}        volumes: ["cache:cache"]\n`,
    /^8:19 tasks\[0\]\.actions\[0\]\.volumes\[0\]: cache:cache has a destination that is no absolute path below \//,
  ],
  [
    "a volume from a place that is none",
    `${minimal}        volumes: ["../a:/b"]\n`,
    /volumes\[0\]: \.\.\/a:\/b has a source that is neither an absolute path nor a volume's name/,
  ],
  [
    "an option that no volume has",
    `${minimal}        volumes: ["/a:/b:ro,rx"]\n`,
    /volumes\[0\]: \/a:\/b:ro,rx has the option "rx", which is none/,
  ],
  [
    "a name of 200 bytes",
    minimal.replace("name: t", `name: ${"é".repeat(100)}`),
    /^3:11 tasks\[0\]\.name: .* this has 200$/,
  ],
  [
    "two actions of one name",
    `${minimal}      - {name: a, image: b}\n`,
    /^8:16 tasks\[0\]\.actions\[1\]\.name: an action has the name of another one: a$/,
  ],
  [
    "two tasks of one name",
    `${minimal}  - {name: t, worker: w, actions: []}\n`,
    /^8:12 tasks\[1\]\.name: a task has the name/,
  ],
  [
    "a timeout that is no number",
    `${minimal}        timeout: 5m\n`,
    /^8:18 tasks\[0\]\.actions\[0\]\.timeout: must be a whole number of seconds, not negative: write 300$/,
  ],
  ["a negative global timeout", `global_timeout: -1\n${minimal}`, /^1:17 global_timeout: /],
  ["tasks that are no list", "name: w\ntasks: x", /^2:8 tasks: must be a list$/],
  [
    "an environment that is no mapping",
    `${minimal}        environment: [A]\n`,
    /^8:22 .*environment: must be a mapping$/,
  ],
  [
    "an environment value that is a list",
    `${minimal}        environment: {A: [1]}\n`,
    /^8:26 .*environment\.A: must be a text, not a list$/,
  ],
  ["a document that is a text", "x", /^1:1 : the document must be a mapping$/],
  ["broken YAML", "name: w\ntasks: [", /^2:9 : the rendered YAML is broken: /],
  ["a key twice", "name: w\nname: x", /^2:1 : the rendered YAML is broken: Map keys must be unique/],
];
for (const [what, text, expected] of faults) {
  test(`${what} is a problem with its line and column`, () => assert.match(problems(text)[0] ?? "", expected));
}

test("an unknown key is a warning that names the known ones", () => {
  const [warning] = warnings(`${minimal}        env: {A: 1}\n`);
  assert.match(
    warning ?? "",
    /^8:9 tasks\[0\]\.actions\[0\]\.env: unknown key env is ignored; known here are name, image/,
  );
});

test("a task without actions is a warning", () => {
  assert.match(warnings("name: w\ntasks: [{name: t, worker: w}]")[0] ?? "", /task t has no actions to run$/);
});

test("aliases within aliases end", () => {
  const lines = ["x0: &x0 {A: 1}"];
  for (let i = 1; i < 40; i++) lines.push(`x${i}: &x${i} {<<: [*x${i - 1}, *x${i - 1}]}`);
  const text = `${lines.join("\n")}\nname: w\ntasks: [{name: t, worker: w, environment: *x39, actions: [{name: a, image: i}]}]`;
  assert.match(problems(text)[0] ?? "", /aliases of the document stand for more than 2000 nodes/);
});

test("any text is read or refused, never thrown at", () => {
  const soup = fc.array(
    fc.constantFrom(
      "name",
      "tasks",
      "actions",
      ": ",
      "- ",
      "\n",
      "  ",
      "[",
      "]",
      "{",
      "}",
      "&a",
      "*a",
      "<<: ",
      '"',
      "'",
      "|",
      ">",
      "!!map ",
      "!x ",
      "? ",
      "#",
      "~",
      "0600",
      "é",
      "\t",
      "%YAML 1.1",
      "---",
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(soup, (parts) => void readWorkflowDocument(parts.join(""))),
    { numRuns: 2000 },
  );
});
