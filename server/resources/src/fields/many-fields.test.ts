// Objects with very many fields: who owns them costs in proportion, and more than the limit is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, kinds, type Resource } from "@neverland/api";
import { validateResource } from "../rules/validate-resource.ts";
import { applyFields, updateFields } from "./managed-fields.ts";

const by = (manager: string) => ({ manager, apiVersion: "tinkerbell.org/v1alpha1", time: "2026-01-01T00:00:00Z" });

function objectWith(fields: number, value: number): JsonObject {
  const many = Object.fromEntries(Array.from({ length: fields }, (_, at) => [`f${at}`, value]));
  return { apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata: { name: "m" }, spec: { many } };
}

/** Microseconds of CPU that it takes to apply, edit, take over and give up so many fields. */
function cost(fields: number): number {
  const before = process.cpuUsage();
  const applied = applyFields(undefined, objectWith(fields, 1), by("ann"), false);
  const edited = updateFields(applied, objectWith(fields, 2), by("editor"));
  const taken = applyFields(edited, objectWith(fields, 3), by("bob"), true);
  applyFields(taken, objectWith(0, 0), by("bob"), false);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

test("the owners of many fields cost in proportion to how many there are", () => {
  cost(1000); // warm
  const few = Math.min(cost(1000), cost(1000), cost(1000));
  const many = Math.min(cost(8000), cost(8000));
  assert.ok(many < few * 32, `8 times the fields cost ${(many / few).toFixed(1)} times as much`); // 64 with the square
});

test("an object has at most 10,000 values", () => {
  const resourceWith = (fields: number) => {
    const { spec } = objectWith(fields, 1);
    const metadata = { name: "m", namespace: "default", uid: "u", resourceVersion: "1", generation: 1 };
    return { apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata, spec } satisfies Resource;
  };
  validateResource(kinds.Hardware, resourceWith(9000));
  assert.throws(() => validateResource(kinds.Hardware, resourceWith(10_000)), {
    code: "invalid",
    message: /at most 10000/,
  });
});
