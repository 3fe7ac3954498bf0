import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { Ownership } from "./ownership.ts";

function object(uid: string, metadata: Partial<Resource["metadata"]> = {}): Resource {
  const own = { namespace: "default", name: uid, uid, resourceVersion: "1", generation: 1, ...metadata };
  return { apiVersion: "", kind: "", metadata: own };
}

const ownedBy = (uid: string) => ({ ownerReferences: [{ apiVersion: "", kind: "", name: uid, uid }] });

test("what neither owns nor is owned is not kept", () => {
  const ownership = new Ownership();
  assert.equal(ownership.put(kinds.Hardware, object("a")), false);
  assert.equal(ownership.put(kinds.Hardware, object("b", { deletionTimestamp: "t", finalizers: ["x/y"] })), false);
  assert.equal(ownership.put(kinds.Hardware, object("c", { deletionTimestamp: "t", finalizers: ["orphan"] })), true);
  assert.deepEqual([...ownership.uids()], ["c"]);
});

test("dependents are found by the owner's uid until they lose it or go", () => {
  const ownership = new Ownership();
  for (const uid of ["a", "b"]) ownership.put(kinds.Hardware, object(uid, ownedBy("owner")));
  assert.deepEqual([...ownership.dependentsOf("owner")], ["a", "b"]);
  ownership.put(kinds.Hardware, object("a"));
  assert.deepEqual([...ownership.dependentsOf("owner")], ["b"]);
  assert.deepEqual(ownership.delete("b"), ["owner"]);
  assert.deepEqual([[...ownership.uids()], ownership.dependentsOf("owner").size], [[], 0]);
});
