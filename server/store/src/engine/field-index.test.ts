import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "@neverland/api";
import { FieldIndex } from "./field-index.ts";

const withMacs = (name: string, macs: readonly string[]): Resource => ({
  apiVersion: "v1",
  kind: "Any",
  metadata: { name, namespace: "default", uid: name, resourceVersion: "1", generation: 1 },
  spec: { macs },
});

test("an object's own values are replaced at a cost that grows with their number", () => {
  const index = new FieldIndex("spec.macs[]");
  const values = (from: number) => Array.from({ length: 50_000 }, (_, at) => `mac-${from + at}`);
  const [before, after] = [withMacs("a", values(0)), withMacs("a", values(1))];
  index.replace(undefined, before);
  const fromMs = process.cpuUsage().user / 1000;
  index.replace(before, after);
  const tookMs = process.cpuUsage().user / 1000 - fromMs;
  assert.deepEqual(index.find("mac-0", {}), []);
  assert.deepEqual(index.find("mac-1", {}), [after]);
  assert.deepEqual(index.find("mac-50000", {}), [after]);
  // 50 ms or so; 3 s where each value was looked for in a list of all.
  assert.ok(tookMs < 500, `${tookMs} ms`);
});
