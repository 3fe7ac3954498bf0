import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { pending, report } from "@neverland/workflow-rules/testing/examples.ts";
import { forgetReports } from "./forget-reports.ts";

async function setUp() {
  const store = openMemoryStore();
  const reports = typedStore(store, kinds.ActionReport);
  const workflow = await typedStore(store, kinds.Workflow).create({
    ...{ metadata: { namespace: "default", name: "install" }, spec: {} },
  });
  const workflowUID = workflow.metadata.uid;
  for (const name of ["a", "b"]) {
    const spec = report(pending(), 0, "RUNNING", 0, { workflowUID });
    await reports.create({ metadata: { namespace: "default", name }, spec });
  }
  return { workflow, reports };
}

test("a report that somebody else has deleted meanwhile keeps none of the others", async () => {
  const { workflow, reports } = await setUp();
  await forgetReports(workflow, {
    list: async (query) => {
      const found = await reports.list(query);
      await reports.delete({ namespace: "default", name: "a" });
      return found;
    },
    delete: (key, preconditions) => reports.delete(key, preconditions),
  });
  assert.deepEqual((await reports.list()).items, []);
});

test("what keeps a report from being deleted is told", async () => {
  const { workflow, reports } = await setUp();
  const full = new StoreError("unavailable", "the disk is full");
  const failing = { list: reports.list.bind(reports), delete: async () => Promise.reject(full) };
  await assert.rejects(forgetReports(workflow, failing), full);
});
