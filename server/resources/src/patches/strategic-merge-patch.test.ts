import assert from "node:assert/strict";
import { test } from "node:test";
import { strategicMergePatch } from "./strategic-merge-patch.ts";

const secret = { metadata: { finalizers: ["a/x", "b/y"], labels: { a: "1" } }, data: { user: "YQ==", pass: "Yg==" } };
const cases: [string, unknown, unknown][] = [
  [
    "maps are merged and null takes away",
    { data: { pass: null, key: "Yw==" } },
    { ...secret, data: { user: "YQ==", key: "Yw==" } },
  ],
  ["a map can be replaced", { data: { $patch: "replace", key: "Yw==" } }, { ...secret, data: { key: "Yw==" } }],
  ["a map can be taken away", { data: { $patch: "delete" } }, { metadata: secret.metadata }],
  ["keys can be retained", { data: { $retainKeys: ["user"] } }, { ...secret, data: { user: "YQ==" } }],
  [
    "finalizers are a set",
    { metadata: { finalizers: ["c/z", "a/x"], "$setElementOrder/finalizers": ["a/x", "c/z"] } },
    { ...secret, metadata: { ...secret.metadata, finalizers: ["a/x", "b/y", "c/z"] } },
  ],
  [
    "finalizers can be taken away",
    { metadata: { "$deleteFromPrimitiveList/finalizers": ["a/x"] } },
    { ...secret, metadata: { ...secret.metadata, finalizers: ["b/y"] } },
  ],
];

for (const [name, patch, expected] of cases)
  test(name, () => assert.deepEqual(strategicMergePatch(secret, patch), expected));

test("owner references are merged by uid, and can be taken away", () => {
  const owners = [
    { uid: "1", name: "a" },
    { uid: "2", name: "b" },
  ];
  const patch = {
    metadata: {
      ownerReferences: [
        { uid: "1", name: "c" },
        { uid: "2", $patch: "delete" },
      ],
    },
  };
  assert.deepEqual(strategicMergePatch({ metadata: { ownerReferences: owners } }, patch), {
    metadata: { ownerReferences: [{ uid: "1", name: "c" }] },
  });
});
