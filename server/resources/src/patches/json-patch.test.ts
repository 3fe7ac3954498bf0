import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ResourceError } from "../resource-error.ts";
import { jsonPatch } from "./json-patch.ts";

/** After RFC 6902, appendix A. */
const good: [string, unknown, unknown, unknown][] = [
  ["A.1 adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
  [
    "A.2 adds an item",
    { foo: ["bar", "baz"] },
    [{ op: "add", path: "/foo/1", value: "q" }],
    { foo: ["bar", "q", "baz"] },
  ],
  ["A.3 removes a member", { baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
  ["A.4 removes an item", { foo: ["bar", "qux", "baz"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["bar", "baz"] }],
  ["A.5 replaces", { baz: "qux" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo" }],
  [
    "A.6 moves a member",
    { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
    [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
    { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
  ],
  [
    "A.7 moves an item",
    { foo: ["all", "grass", "cows", "eat"] },
    [{ op: "move", from: "/foo/1", path: "/foo/3" }],
    { foo: ["all", "cows", "eat", "grass"] },
  ],
  [
    "A.8 tests",
    { baz: "qux", foo: ["a", 2, "c"] },
    [{ op: "test", path: "/foo/1", value: 2 }],
    { baz: "qux", foo: ["a", 2, "c"] },
  ],
  [
    "A.10 adds a nested object",
    { foo: "bar" },
    [{ op: "add", path: "/child", value: { g: {} } }],
    { foo: "bar", child: { g: {} } },
  ],
  ["A.14 escapes", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
  [
    "A.16 adds at the end",
    { foo: ["bar"] },
    [{ op: "add", path: "/foo/-", value: ["abc", "def"] }],
    { foo: ["bar", ["abc", "def"]] },
  ],
  ["copies", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
  ["replaces everything", { a: 1 }, [{ op: "replace", path: "", value: [2] }], [2]],
];

describe("JSON patch does what RFC 6902 shows", () => {
  for (const [name, target, patch, result] of good)
    test(name, () => assert.deepEqual(jsonPatch(target, patch), result));
});

const bad: [string, unknown, unknown, ResourceError["code"]][] = [
  ["A.9 a test that fails", { baz: "qux" }, [{ op: "test", path: "/baz", value: "bar" }], "invalid"],
  ["A.12 a parent that is not there", { foo: "bar" }, [{ op: "add", path: "/baz/bat", value: "qux" }], "invalid"],
  ["A.15 a number is no text", { a: 10 }, [{ op: "test", path: "/a", value: "10" }], "invalid"],
  ["a place beyond the list", { a: [1] }, [{ op: "add", path: "/a/2", value: 0 }], "invalid"],
  ["a place with a leading zero", { a: [1, 2] }, [{ op: "remove", path: "/a/01" }], "invalid"],
  ["a member that is not there", {}, [{ op: "remove", path: "/toString" }], "invalid"],
  ["a move into itself", { a: { b: 1 } }, [{ op: "move", from: "/a", path: "/a/b" }], "invalid"],
  ["an operation that is none", {}, [{ op: "merge", path: "/a" }], "malformed"],
  ["a patch that is no list", {}, { op: "add" }, "malformed"],
  ["a pointer without slash", {}, [{ op: "add", path: "a", value: 1 }], "malformed"],
];

describe("JSON patch refuses", () => {
  for (const [name, target, patch, code] of bad)
    test(name, () => assert.throws(() => jsonPatch(target, patch), { code }));
});

test("copies of copies are stopped before they fill the memory", () => {
  const doubling = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: "/a", path: `/a/x${i}` }));
  assert.throws(() => jsonPatch({ a: { text: "0123456789" } }, doubling), { code: "malformed" });
});

test("adding a member and removing it again changes nothing, and the target is never changed", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
      fc.string(),
      fc.jsonValue(),
      (target, key, value) => {
        fc.pre(!Object.hasOwn(target, key));
        const path = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        const before = structuredClone(target);
        const result = jsonPatch(target, [
          { op: "add", path, value },
          { op: "remove", path },
        ]);
        assert.equal(JSON.stringify(result), JSON.stringify(before));
        assert.deepEqual(target, before);
      },
    ),
  );
});

test("whatever comes as a patch, only faults come out", () => {
  const operation = fc.record({
    op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "?"),
    path: fc.constantFrom("", "/", "/a", "/a/0", "/a/-", "/b/c", "x", "/__proto__/x"),
    from: fc.constantFrom("", "/a", "/a/0", "/b"),
    value: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(operation, { maxLength: 5 }), (target, patch) => {
      try {
        jsonPatch(target, patch);
      } catch (error) {
        assert.ok(error instanceof ResourceError);
      }
    }),
  );
});

test("a copy and what it was copied from are changed apart", () => {
  const patch = [
    { op: "add", path: "/a/b", value: [1] },
    { op: "copy", from: "/a", path: "/c" },
    { op: "add", path: "/a/b/-", value: 2 },
    { op: "add", path: "/c/b/-", value: 3 },
  ];
  assert.deepEqual(jsonPatch({ a: {} }, patch), { a: { b: [1, 2] }, c: { b: [1, 3] } });
});

test("neither the object nor the patch is changed", () => {
  const target = { a: { b: [1] } };
  const patch = [
    { op: "add", path: "/c", value: { d: [] } },
    { op: "add", path: "/c/d/-", value: 1 },
    { op: "remove", path: "/a/b/0" },
  ];
  const before = structuredClone({ target, patch });
  assert.deepEqual(jsonPatch(target, patch), { a: { b: [] }, c: { d: [1] } });
  assert.deepEqual({ target, patch }, before);
});

test("a member called __proto__ is one like any other", () => {
  const patch = [{ op: "add", path: "/a/__proto__", value: { x: 1 } }];
  assert.equal(JSON.stringify(jsonPatch({ a: {} }, patch)), '{"a":{"__proto__":{"x":1}}}');
});

test("as many operations as may be cost no more the more they have changed", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `/a/${at}x`);
  const patch = ["add", "replace"].flatMap((op) => names.map((path) => ({ op, path, value: op })));
  const fromMs = process.cpuUsage().user / 1000;
  assert.equal(Object.keys(Object(jsonPatch({ a: {} }, patch)).a).length, 5000);
  // 30 ms or so; minutes where each operation copied what the others had made.
  assert.ok(process.cpuUsage().user / 1000 - fromMs < 2000);
});
