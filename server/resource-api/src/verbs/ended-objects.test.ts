import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, startApiServer, workflowsPath } from "../testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const merge = { "content-type": "application/merge-patch+json" };
const workflow = {
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Workflow",
  metadata: { name: "w" },
  spec: { templateRef: "t", hardwareRef: "h" },
};

test("who changes what has ended is told how it runs again, and nobody else is told anything", async () => {
  await api.request("POST", workflowsPath, { body: workflow });
  const path = `${workflowsPath}/w`;
  const warningOf = async (spec: object, method = "PATCH") => {
    const { body: current } = await api.request("GET", path);
    const sent = method === "PUT" ? { body: { ...current, spec } } : { body: { spec }, headers: merge };
    const { status, headers } = await api.request(method, path, sent);
    assert.equal(status, 200);
    return headers.get("warning");
  };
  assert.equal(await warningOf({ templateRef: "u" }), null);
  const ended = await api.request("PATCH", `${path}/status`, { body: { status: { state: "FAILED" } }, headers: merge });
  assert.deepEqual([ended.status, ended.headers.get("warning")], [200, null]);
  assert.equal(await warningOf({ templateRef: "u" }), null);
  const told = '299 - "workflow/w has ended (FAILED): tink workflow retry w runs it anew"';
  assert.equal(await warningOf({ templateRef: "v" }), told);
  assert.equal(await warningOf({ templateRef: "w", hardwareRef: "h" }, "PUT"), told);
  assert.equal(await warningOf({ templateRef: "w", hardwareRef: "h" }, "PUT"), null);
});
