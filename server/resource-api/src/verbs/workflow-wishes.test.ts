// What a workflow is asked by annotations, and would be passed over in silence, is refused where it is written.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kinds } from "@neverland/api";
import { type ApiServer, startApiServer, workflowsPath } from "../testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const wait = "metal.neverland.dev/wait-timeout";
const workflow = (name: string, annotations: Record<string, string>) => ({
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata: { name, annotations } },
  spec: { templateRef: "t", hardwareRef: "h" },
});
const annotate = (name: string, annotations: Record<string, string>) =>
  api.request("PATCH", `${workflowsPath}/${name}`, {
    body: { metadata: { annotations } },
    headers: { "content-type": "application/merge-patch+json" },
  });

test("a wait that is none is refused as it is made and as it is annotated, with the forms that there are", async () => {
  const refused = await api.request("POST", workflowsPath, { body: workflow("w", { [wait]: "two days" }) });
  assert.deepEqual([refused.status, refused.body.details.causes[0].field], [422, `metadata.annotations[${wait}]`]);
  assert.match(refused.body.message, /such as 90s, 2h or 7d, or never, found "two days"/);
  assert.equal((await api.request("POST", workflowsPath, { body: workflow("w", { [wait]: "2d" }) })).status, 201);
  assert.equal((await annotate("w", { [wait]: "99999999999999999d" })).status, 422);
  assert.equal((await annotate("w", { [wait]: "never" })).status, 200);
});

test("one that is stored stays, and the rest of the workflow can be changed", async () => {
  const { metadata, ...rest } = workflow("old", { [wait]: "two days" });
  await api.store.create(kinds.Workflow, { ...rest, metadata: { ...metadata, namespace: "default" } });
  assert.equal((await annotate("old", { note: "mine" })).status, 200);
  assert.equal((await annotate("old", { [wait]: "3 days" })).status, 422);
});
