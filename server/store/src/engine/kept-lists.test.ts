import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Resource } from "@neverland/api";
import { attachJson } from "../resource-json.ts";
import { KeptLists } from "./kept-lists.ts";
import { SortedResources } from "./sorted-resources.ts";

let lists: KeptLists;
beforeEach(() => {
  lists = new KeptLists();
});

/** A resource of so many bytes. */
function resource(name: string, version: number, sizeBytes = 1000): Resource {
  const metadata = { namespace: "default", name, uid: name, resourceVersion: String(version), generation: 1 };
  return attachJson({ apiVersion: "v1", kind: "Test", metadata }, "x".repeat(sizeBytes));
}
const everything = { bytes: Number.POSITIVE_INFINITY, sinceMs: 0 };
const own = 64 * 1024;
const keep = (version: number, nowMs: number, bounds = everything) =>
  lists.keep({ kindId: "a", version, snapshot: new SortedResources().snapshot(), old: [] }, nowMs, bounds);

test("a snapshot stays as it was, whatever is put, replaced and deleted, and so does one of later", () => {
  const names = Array.from({ length: 2000 }, (_, at) => `n${String(at).padStart(4, "0")}`);
  const sorted = SortedResources.of(...names.map((name) => resource(name, 1)));
  const first = sorted.snapshot();
  for (const [at, name] of names.entries()) if (at % 3 === 0) sorted.put(resource(name, 2));
  const second = sorted.snapshot();
  for (const name of names) if (name !== "n1000") sorted.delete({ namespace: "default", name });
  sorted.put(resource("new", 3));
  const versions = (items: Iterable<Resource>) => [...items].map(({ metadata }) => metadata.resourceVersion);
  assert.deepEqual(versions(first.list({})), Array(2000).fill("1"));
  assert.deepEqual(
    versions(second.from({})),
    names.map((_, at) => (at % 3 === 0 ? "2" : "1")),
  );
  assert.deepEqual(
    sorted.list({}).map(({ metadata }) => metadata.name),
    ["n1000", "new"],
  );
});

test("what a list asks for one by one begins after its key, and ends with its namespace", () => {
  const names = Array.from({ length: 1200 }, (_, at) => `n${String(at).padStart(4, "0")}`);
  const sorted = SortedResources.of(...names.map((name) => resource(name, 1)));
  sorted.put({ ...resource("other", 1), metadata: { ...resource("other", 1).metadata, namespace: "zone" } });
  const range = { namespace: "default", after: { namespace: "default", name: "n0599" } };
  const found = [...sorted.snapshot().from(range)].map(({ metadata }) => metadata.name);
  assert.deepEqual(found, names.slice(600));
});

test("an object counts when it is replaced, once, and no longer than a list has it", () => {
  keep(10, 0);
  lists.replaced("a", resource("x", 5));
  lists.replaced("a", resource("x", 11)); // written after the list was begun
  lists.replaced("b", resource("x", 5));
  assert.equal(lists.sizeBytes, own + 1000);
  keep(20, 1);
  lists.replaced("a", resource("y", 7));
  lists.replaced("a", resource("z", 15));
  assert.equal(lists.sizeBytes, 2 * own + 3000);
  lists.find("a", 10, 2);
  lists.forget({ bytes: 0, sinceMs: 0 }); // the newer one goes, and the older one has y, too
  assert.equal(lists.sizeBytes, own + 2000);
  lists.forget({ ...everything, sinceMs: 3 });
  assert.equal(lists.sizeBytes, 0);
});

test("the one that was asked for last is kept whatever it holds, until nobody has asked for long", () => {
  keep(10, 0);
  keep(20, 1);
  lists.replaced("a", resource("x", 5, 1_000_000));
  lists.find("a", 10, 2);
  lists.forget({ bytes: 1000, sinceMs: 0 });
  assert.notEqual(lists.find("a", 10, 3), undefined);
  assert.equal(lists.find("a", 20, 3), undefined);
  lists.forget({ bytes: 1000, sinceMs: 4 });
  assert.equal(lists.find("a", 10, 5), undefined);
});

test("whoever keeps one more makes room for it", () => {
  for (let version = 0; version < 1000; version++) keep(version, 0, { bytes: 3 * own, sinceMs: 0 });
  assert.equal(lists.sizeBytes, 3 * own);
  assert.deepEqual([lists.find("a", 996, 0), Boolean(lists.find("a", 997, 0))], [undefined, true]);
});

test("very much is forgotten some at a time, to the end", () => {
  for (let version = 0; version < 10; version++) {
    keep(version * 20_000, 0);
    for (let at = 1; at <= 20_000; at++) lists.replaced("a", resource("x", version * 20_000 + at - 20_000, 1));
  }
  const bounds = { bytes: own, sinceMs: 0 };
  assert.equal(lists.forget(bounds), true);
  assert.ok(lists.sizeBytes > 2 * own, "some is left");
  while (lists.forget(bounds)) assert.notEqual(lists.leastAskedMs, undefined);
  assert.ok(lists.sizeBytes < 2 * own);
});
