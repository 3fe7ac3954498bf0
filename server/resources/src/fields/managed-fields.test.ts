import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject, member } from "@neverland/api";
import fc from "fast-check";
import { fieldsOf, pathsOf, readFields } from "./field-set.ts";
import { applyFields, updateFields, type Writer } from "./managed-fields.ts";

const apiVersion = "tinkerbell.org/v1alpha1";
const by = (manager: string, time = "2026-01-01T00:00:00Z"): Writer => ({ manager, apiVersion, time });
const object = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind: "Hardware",
  metadata: { name: "m1", ...metadata },
  spec,
});

/** `manager operation` of each entry with the paths that it owns. */
function owners(value: JsonObject): Record<string, string[]> {
  const entries = member(member(value, "metadata"), "managedFields");
  const list = Array.isArray(entries) ? entries : [];
  const named = list.map((entry): [string, string[]] => [
    `${entry.manager} ${entry.operation}`,
    pathsOf(readFields(entry.fieldsV1)).map((path) => path.join(" ")),
  ]);
  return Object.fromEntries(named);
}

const specOf = (value: JsonObject) => member(value, "spec");

test("applying creates the object and owns what was said", () => {
  const made = applyFields(undefined, object({ agentID: "a", auto: { enrollmentEnabled: true } }), by("ann"), false);
  assert.deepEqual(specOf(made), { agentID: "a", auto: { enrollmentEnabled: true } });
  assert.deepEqual(owners(made), { "ann Apply": ["f:spec f:agentID", "f:spec f:auto f:enrollmentEnabled"] });
});

test("a field that is applied no more goes, unless another manager owns it", () => {
  const first = applyFields(undefined, object({ agentID: "a", userData: "u", tinkVersion: 1 }), by("ann"), false);
  const shared = applyFields(first, object({ userData: "u" }), by("bob"), false);
  const less = applyFields(shared, object({ tinkVersion: 1 }), by("ann"), false);
  assert.deepEqual(specOf(less), { userData: "u", tinkVersion: 1 });
  assert.deepEqual(owners(less), { "bob Apply": ["f:spec f:userData"], "ann Apply": ["f:spec f:tinkVersion"] });
});

test("the maps that lose their last field go too", () => {
  const first = applyFields(undefined, object({ agentID: "a" }, { labels: { rack: "1" } }), by("ann"), false);
  const less = applyFields(first, object({ agentID: "a" }), by("ann"), false);
  assert.equal(member(member(less, "metadata"), "labels"), undefined);
});

test("changing another's field conflicts and names it; the same value is shared", () => {
  const first = applyFields(undefined, object({ agentID: "a", userData: "u" }), by("ann"), false);
  assert.throws(() => applyFields(first, object({ agentID: "b", userData: "v" }), by("bob"), false), {
    code: "owned",
    message: `Apply failed with 2 conflicts: conflict with "ann" using ${apiVersion}: .spec.agentID; conflict with "ann" using ${apiVersion}: .spec.userData`,
  });
  const shared = applyFields(first, object({ agentID: "a" }), by("bob"), false);
  assert.deepEqual(owners(shared)["bob Apply"], ["f:spec f:agentID"]);
});

test("force takes the field over", () => {
  const first = applyFields(undefined, object({ agentID: "a", userData: "u" }), by("ann"), false);
  const taken = applyFields(first, object({ agentID: "b" }), by("bob"), true);
  assert.deepEqual(specOf(taken), { agentID: "b", userData: "u" });
  assert.deepEqual(owners(taken), { "ann Apply": ["f:spec f:userData"], "bob Apply": ["f:spec f:agentID"] });
});

test("adding to another's empty map is no conflict", () => {
  const first = applyFields(undefined, object({ auto: {} }), by("ann"), false);
  const filled = applyFields(first, object({ auto: { enrollmentEnabled: true } }), by("bob"), false);
  assert.deepEqual(owners(filled), {
    "ann Apply": ["f:spec f:auto"],
    "bob Apply": ["f:spec f:auto f:enrollmentEnabled"],
  });
  const left = applyFields(filled, object({}), by("bob"), false);
  assert.deepEqual(specOf(left), { auto: {} });
});

test("lists are one value: whoever changes an item changes the list", () => {
  const first = applyFields(undefined, object({ disks: [{ device: "/dev/sda" }] }), by("ann"), false);
  const change = () => applyFields(first, object({ disks: [{ device: "/dev/sdb" }] }), by("bob"), false);
  assert.throws(change, { code: "owned", message: /: \.spec\.disks$/ });
});

test("finalizers of several managers are kept side by side", () => {
  const first = applyFields(undefined, object({}, { finalizers: ["a/x"] }), by("ann"), false);
  const both = applyFields(first, object({}, { finalizers: ["b/y"] }), by("bob"), false);
  assert.deepEqual(member(member(both, "metadata"), "finalizers"), ["a/x", "b/y"]);
  const one = applyFields(both, object({}), by("ann"), false);
  assert.deepEqual(member(member(one, "metadata"), "finalizers"), ["b/y"]);
});

test("owner references are told apart by uid", () => {
  const reference = (uid: string) => ({ apiVersion, kind: "Workflow", name: uid, uid });
  const first = applyFields(undefined, object({}, { ownerReferences: [reference("1")] }), by("ann"), false);
  const both = applyFields(first, object({}, { ownerReferences: [reference("2")] }), by("bob"), false);
  assert.deepEqual(member(member(both, "metadata"), "ownerReferences"), [reference("1"), reference("2")]);
});

test("an update takes what it changes from its owner, so that a later apply conflicts", () => {
  const first = applyFields(undefined, object({ agentID: "a", userData: "u" }), by("ann"), false);
  const edited = updateFields(first, { ...first, spec: { agentID: "b", userData: "u" } }, by("editor"));
  assert.deepEqual(owners(edited), { "ann Apply": ["f:spec f:userData"], "editor Update": ["f:spec f:agentID"] });
  assert.throws(() => applyFields(edited, object({ agentID: "a", userData: "u" }), by("ann"), false), {
    message: /conflict with "editor"/,
  });
});

test("an update that removes a field leaves no owner of it", () => {
  const first = applyFields(undefined, object({ agentID: "a", userData: "u" }), by("ann"), false);
  const edited = updateFields(first, { ...first, spec: { agentID: "a" } }, by("editor"));
  assert.deepEqual(owners(edited), { "ann Apply": ["f:spec f:agentID"] });
});

test("an object that nobody was recorded for belongs to before-first-apply", () => {
  const first = object({ agentID: "a" });
  assert.throws(() => applyFields(first, object({ agentID: "b" }), by("ann"), false), {
    message: /"before-first-apply"/,
  });
});

test("an empty entry forgets all owners", () => {
  const first = applyFields(undefined, object({ agentID: "a" }), by("ann"), false);
  const reset = updateFields(first, object({ agentID: "a" }, { managedFields: [{}] }), by("editor"));
  assert.deepEqual(owners(reset), {});
});

test("the status is out of reach but through its own half", () => {
  const live = { ...object({ agentID: "a" }), status: { state: "Ready" } };
  const made = applyFields(live, { ...object({ agentID: "a" }), status: { state: "Error" } }, by("ann"), true);
  assert.equal(
    owners(made)["ann Apply"]?.some((path) => path.includes("status")),
    false,
  );
});

const name = fc.constantFrom("a", "b", "c", "d");
const { tree } = fc.letrec((tie) => ({
  tree: fc.dictionary(
    name,
    fc.oneof(
      { depthSize: "small" },
      fc.integer({ max: 3, min: 0 }),
      fc.array(fc.integer({ max: 2, min: 0 }), { maxLength: 2 }),
      tie("tree"),
    ),
    { maxKeys: 3, noNullPrototype: true },
  ),
}));
const spec = tree.map((value) => (isObject(value) ? value : {}));

test("what was applied by force is so, and applying it again changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("ann", "bob"), spec), { minLength: 1, maxLength: 5 }), (steps) => {
      let live: JsonObject | undefined;
      for (const [manager, wanted] of steps) {
        live = applyFields(live, object(wanted), by(manager), true);
        const have = specOf(live);
        const missing = pathsOf(fieldsOf(wanted)).filter(
          (path) => !isThere(valueAt(have, path), valueAt(wanted, path)),
        );
        assert.deepEqual(missing, []);
        assert.equal(applyFields(live, object(wanted), by(manager, "2030-01-01T00:00:00Z"), true), live);
      }
    }),
  );
});

/** An empty map that was applied may hold what others own. */
function isThere(have: unknown, said: unknown): boolean {
  return isObject(said) ? isObject(have) : isDeepStrictEqual(have, said);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((part, step) => member(part, step.slice(2)), value);
}

test("what one manager applied and then left out leaves no trace", () => {
  fc.assert(
    fc.property(spec, spec, (mine, theirs) => {
      const base = applyFields(undefined, object({ ...theirs, keep: 1 }), by("bob"), true);
      const shared = tryApply(base, object(mine));
      const left = applyFields(shared, object({}), by("ann"), false);
      assert.deepEqual(specOf(left), specOf(base));
    }),
  );
});

/** Without force: a conflict leaves the object as it was. */
function tryApply(base: JsonObject, applied: JsonObject): JsonObject {
  try {
    return applyFields(base, applied, by("ann"), false);
  } catch {
    return base;
  }
}

test("FieldsV1 is read back as it was written", () => {
  fc.assert(
    fc.property(spec, (value) => {
      const fields = fieldsOf({ spec: value });
      assert.deepEqual(readFields(JSON.parse(JSON.stringify(fields))), fields);
    }),
  );
});

test("FieldsV1 is written as Kubernetes writes it", () => {
  const value = { metadata: { finalizers: ["x"], ownerReferences: [{ uid: "1", name: "n" }] }, spec: { a: { b: 1 } } };
  assert.deepEqual(fieldsOf(value), {
    "f:metadata": {
      "f:finalizers": { 'v:"x"': {} },
      "f:ownerReferences": { 'k:{"uid":"1"}': { ".": {}, "f:name": {}, "f:uid": {} } },
    },
    "f:spec": { "f:a": { "f:b": {} } },
  });
});

test("of an owner stays out what it does not say, and what is no time", () => {
  const entries = [
    { operation: "Update", time: "yesterday", fieldsV1: { "f:spec": { "f:agentID": {} } } },
    { manager: "cp", operation: "Update", time: "", fieldsV1: { "f:spec": { "f:userData": {} } } },
  ];
  const copied = object({ agentID: "a", userData: "u" }, { managedFields: entries });
  const kept = updateFields(object({ agentID: "a", userData: "u" }), copied, by("ann"));
  assert.deepEqual(member(member(kept, "metadata"), "managedFields"), [
    { operation: "Update", fieldsType: "FieldsV1", fieldsV1: { "f:spec": { "f:agentID": {} } } },
    { manager: "cp", operation: "Update", fieldsType: "FieldsV1", fieldsV1: { "f:spec": { "f:userData": {} } } },
  ]);
});
