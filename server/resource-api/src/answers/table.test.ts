import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { cellsOf, columnsOf, formatAge } from "./table.ts";

test("ages are shown as kubectl shows them", () => {
  const shown = [0, 119, 120, 125, 600, 10_799, 10_800, 28_800, 172_799, 172_800, 180_000, 691_200, 63_072_000].map(
    (s) => formatAge(s * 1000),
  );
  assert.deepEqual(shown, ["0s", "119s", "2m", "2m5s", "10m", "179m", "3h", "8h", "47h", "2d", "2d2h", "8d", "2y"]);
  assert.deepEqual([formatAge(-5), formatAge(Number.NaN)], ["0s", "<unknown>"]);
});

test("a row has the name, the kind's columns and the age", () => {
  const metadata = {
    name: "w",
    namespace: "default",
    uid: "u",
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const workflow = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata, spec: { templateRef: "t" } };
  const nowMs = Date.parse("2026-01-01T00:05:30Z");
  assert.deepEqual(cellsOf(kinds.Workflow, workflow, nowMs), ["w", "t", null, null, null, null, null, null, "5m30s"]);
  assert.deepEqual(
    columnsOf(kinds.Workflow)
      .filter((column) => column.priority === 0)
      .map((column) => column.name),
    ["Name", "Template", "State", "Action", "Agent", "Hardware", "Age"],
  );
});
