// What is read, what is refused and where, and that a text of any make costs no more than its length.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readYaml, readYamlDocuments, readYamlInSteps, type YamlLimits } from "./read-yaml.ts";
import { writeYaml } from "./write-yaml.ts";

function plain(text: string, limits?: Partial<YamlLimits>): unknown {
  const read = readYaml(text, limits);
  assert.ok(read.ok, read.ok ? "" : read.faults[0].message);
  return read.document.value;
}

function faultOf(text: string, limits?: Partial<YamlLimits>): string {
  const read = readYaml(text, limits);
  assert.ok(!read.ok, "expected a fault");
  const [{ line, column, message }] = read.faults;
  return `${line}:${column} ${message}`;
}

test("scalars are those of Kubernetes: words for booleans, octal numbers, but neither dates nor base 60", () => {
  const text = "a: yes\nb: 0600\nc: 52:54:00:00:00:01\nd: 2026-01-02\ne: ~\nf: 1.5\ng: !!binary aGk=\n";
  const expected = { a: true, b: 0o600, c: "52:54:00:00:00:01", d: "2026-01-02", e: null, f: 1.5, g: "aGk=" };
  assert.deepEqual(plain(text), expected);
});

test("an alias is a copy of what it names, and the last anchor of a name counts", () => {
  const value = plain("a: &x [&y 1]\nb: &y 2\nc: *x\nd: *y\n");
  assert.deepEqual(value, { a: [1], b: 2, c: [1], d: 2 });
  const { a, c } = value as { a: unknown; c: unknown }; // its shape was asserted above
  assert.notEqual(a, c);
});

test("a merge key yields to what the mapping says itself, and an earlier source goes before a later one", () => {
  const text = "a: &a {p: 1, q: 1}\nb: &b {q: 2, r: 2}\nc: {<<: [*a, *b], p: 0}\nd: {q: 0, <<: *a}\n";
  const value = plain(text);
  assert.partialDeepStrictEqual(value, { c: { p: 0, q: 1, r: 2 }, d: { q: 0, p: 1 } });
});

test("__proto__ is a key like any other", () => {
  const value = plain("__proto__: {polluted: true}\n<<: {constructor: 1}\n");
  assert.deepEqual(Object.entries(value as object), [
    ["__proto__", { polluted: true }],
    ["constructor", 1],
  ]);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test("an empty text, and one of comments alone, hold nothing", () => {
  assert.equal(plain(""), null);
  assert.equal(plain("# a\n---\n# b\n"), null);
});

test("an empty document before or after the one that is wanted is none", () => {
  for (const text of ["a: 1\n---\n", "---\n---\na: 1\n", "a: 1\n---\n# the end\n...\n"])
    assert.deepEqual(plain(text), { a: 1 });
});

for (const [name, text, fault] of [
  [
    "a mapping as a key",
    "a: 1\n? {b: 1}\n: 2\n",
    "2:3 a key must be a text, not a mapping: a value that begins with { or [ goes in quotes",
  ],
  [
    "a list as a key",
    "a:\n  [b, c]: 2\n",
    "2:3 a key must be a text, not a list: a value that begins with { or [ goes in quotes",
  ],
  [
    "a mapping as a key by an alias",
    "a: &a {b: 1}\nc:\n  *a : 2\n",
    "3:3 a key must be a text, not a mapping: a value that begins with { or [ goes in quotes",
  ],
  ["a key twice", "a: 1\nb: 2\na: 3\n", '3:1 Map keys must be unique: "a" is here for the second time'],
  [
    "a number and a text that are the same key",
    "1: a\n'1': b\n",
    '2:1 Map keys must be unique: "1" is here for the second time',
  ],
  ["an alias before its anchor", "a: *b\nb: &b 1\n", "1:4 the alias *b has no anchor before it"],
  ["an alias inside what it names", "a: &a\n- b: [*a]\n", "2:7 the alias *a stands in what it names"],
  ["a merge of a text", "a: {<<: b}\n", "1:9 a merge key (<<) takes a mapping or a list of mappings"],
  ["two documents", "a: 1\n---\nb: 1\n", "2:1 there is more than one document here"],
  [
    "broken YAML",
    "a: 1\n b: 2\n",
    "1:4 Nested mappings are not allowed in compact mappings: a value with a colon and a blank in it goes in quotes; or the next line is indented further than its neighbours",
  ],
] as const)
  test(`${name} is refused where it stands`, () => assert.equal(faultOf(text), fault));

test("one document that is refused leaves the others readable", () => {
  const reads = readYamlDocuments("a: 1\n---\n? [b]\n---\nc: 3\n");
  assert.deepEqual(
    reads.map((read) => (read.ok ? read.document.value : "refused")),
    [{ a: 1 }, "refused", { c: 3 }],
  );
});

test("a path is placed at its node, or at the nearest above that is there", () => {
  const read = readYaml("a:\n  b:\n  - c: 1\n  - d: 2\n");
  assert.ok(read.ok);
  assert.deepEqual(read.document.placeOf(["a", "b", 1, "d"]), { line: 4, column: 8 });
  assert.deepEqual(read.document.placeOf(["a", "b", 7, "x"]), { line: 3, column: 3 });
});

test("a text that YAML 1.1 takes for something else is written in quotes", () => {
  assert.equal(
    writeYaml({ a: ["yes", "0600", "2026-01-02", "52:54"] }),
    'a:\n- "yes"\n- "0600"\n- "2026-01-02"\n- "52:54"\n',
  );
});

test("a hundred levels are read, and the one after is refused where it begins", () => {
  const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;
  assert.equal(JSON.stringify(plain(nested(100))), nested(100));
  assert.match(faultOf(nested(102)), /^1:\d+ mappings and lists are nested more than 100 levels deep$/);
});

test("aliases that multiply are refused, and so are those that make it deep", () => {
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1},*a${i - 1}`}]\n`);
  assert.match(faultOf(bomb.join("")), /^\d+:\d+ the aliases of the document stand for more than 2000 nodes$/);
  const chain = Array.from({ length: 200 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}`}]\n`);
  assert.match(faultOf(chain.join(""), { maxAliasNodes: 1e6 }), /^\d+:\d+ .* more than 100 levels deep$/);
});

const large = 200_000;
for (const [name, unit] of [
  ["keys of keys", "? "],
  ["lists of lists", "["],
  ["mappings of mappings", "{a: "],
  ["entries of entries", "- "],
  ["a list without end", "- a\n"],
  ["a flow list", "a,"],
  ["anchors", "&a "],
  ["tags", "!a "],
  ["ends of lists", "]"],
  ["directives", "%A b\n"],
  ["comments", "# x\n"],
  ["documents", "---\n"],
  ["wrong escapes", '"\\q'],
  ["tabs", "a\tb:\n\tc\n"],
] as const)
  test(`200 kB of ${name} cost less than two seconds of CPU`, () => {
    const before = process.cpuUsage();
    readYaml(unit.repeat(Math.ceil(large / unit.length)));
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 2_000_000, `it took ${(user + system) / 1000} ms`);
  });

test("what stands in a long text costs one token", () => {
  assert.deepEqual(plain(`data: |\n${"  a: [b\n".repeat(40_000)}`), { data: "a: [b\n".repeat(40_000) });
});

test("a text of half a million lines is refused before it is folded", () => {
  const before = process.cpuUsage();
  assert.match(faultOf(`a: >\n${" b\n".repeat(500_000)}`), /the document is too large: it has more than 50000 lines$/);
  const { user } = process.cpuUsage(before);
  assert.ok(user < 300_000, `it took ${user / 1000} ms`);
});

const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

test("JSON is read as JSON", () => {
  fc.assert(fc.property(json, (value) => assert.deepEqual(plain(JSON.stringify(value)), value)));
});

test("what was written is read again", () => {
  fc.assert(fc.property(json, (value) => assert.deepEqual(plain(writeYaml(value)), value)));
});

test("a key that would merge is read again as the key it is", () => {
  for (const value of [[{ "<<": 0 }], { a: { "<<": { b: 1 } } }]) assert.deepEqual(plain(writeYaml(value)), value);
});

const piece = fc.constantFrom(
  ..."?:-[]{},&*!|>'\"%@#~ \t\n".split(""),
  ..."? ,: ,- ,&a ,*a,<<: ,a: ,a,1,[a],{a: 1},---\n,\n  ,!!set ,%YAML 1.2\n".split(","),
);

test("a soup of YAML's signs is read or refused, never deeper than allowed, and nothing is thrown", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 400 }), (pieces) => {
      const read = readYaml(pieces.join(""), { maxDepth: 5 });
      assert.ok(read.ok ? depthOf(read.document.value) <= 6 : read.faults.length > 0);
    }),
    { numRuns: 2_000 },
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("a long text is read in steps of a bounded number of tokens, and to the same end", () => {
  const text = Array.from({ length: 2000 }, (_, at) => `k${at}: v\n`).join("");
  const steps = readYamlInSteps(text);
  let count = 1;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) count += 1;
  // Each line is five tokens of the lexer: key, colon, blank, value, end.
  assert.ok(count >= (2000 * 5) / 500, `${count} steps`);
  assert.deepEqual(
    step.value.ok && step.value.document.value,
    Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => line.split(": ")),
    ),
  );
});

test("between two steps errors have their stacks", () => {
  const limit = Error.stackTraceLimit;
  const steps = readYamlInSteps("a: b\n");
  steps.next();
  assert.equal(Error.stackTraceLimit, limit);
});
