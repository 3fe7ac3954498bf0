import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { guardedStore } from "../guarded-store.ts";
import { WritePath } from "../write-path.ts";
import { applyResource } from "./patch-resource.ts";

const { Template } = kinds;
const key = { namespace: "default", name: "a" };
const template = { apiVersion: apiVersionOf(Template), kind: "Template", metadata: key, spec: { data: "x" } };
const options = { manager: "tester", dryRun: false, force: true };

/** Applies to an object while others write: after each look at it, the next of `others`. */
async function applyBeside(others: ((raw: ResourceStore) => Promise<unknown>)[], more: object = {}, half = "content") {
  const raw = openMemoryStore();
  await raw.create(Template, template);
  const store: ResourceStore = {
    ...guardedStore(new WritePath({ store: raw, clock: systemClock }), "others"),
    get: async (kind, at) => {
      const found = await raw.get(kind, at);
      await others.shift()?.(raw);
      return found;
    },
  };
  const writes = new WritePath({ store, clock: systemClock });
  const target = { ...key, kind: Template, half: half === "status" ? "status" : "content" } as const;
  const applied = { ...template, ...more, spec: { data: "y" } };
  return await applyResource(writes, target, applied, options);
}

const remove = async (raw: ResourceStore) => await raw.delete(Template, key);
const make = async (raw: ResourceStore) => await raw.create(Template, template);
const nothing = async () => undefined;

test("an apply makes the object when another deletes it meanwhile", async () => {
  for (const others of [[remove], [nothing, remove]]) {
    const { resource, created } = await applyBeside(others);
    assert.deepEqual([resource.spec, created], [{ data: "y" }, true]);
  }
});

test("an apply changes the object when it is deleted and made again meanwhile", async () => {
  const { resource, created } = await applyBeside([remove, make]);
  assert.deepEqual([resource.spec, created], [{ data: "y" }, false]);
});

test("an apply to an object that comes and goes at each look ends", async () => {
  const others = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? remove : make));
  await assert.rejects(applyBeside([nothing, ...others]), { code: "not-found" });
});

test("an apply that names the object makes no other when that is deleted meanwhile", async () => {
  const named = { metadata: { ...key, resourceVersion: "1" } };
  await assert.rejects(applyBeside([remove], named), { code: "conflict", message: /version 1 was to be changed/ });
});

test("an apply of a status makes no object", async () => {
  await assert.rejects(applyBeside([remove], { status: {} }, "status"), { code: "not-found" });
});
