// Requests as other people's clients send them, where they differ from what kubectl sends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "./testing/api-server.ts";

const apply = { "content-type": "application/apply-patch+yaml" };
const merge = { "content-type": "application/merge-patch+json" };
let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const make = (name: string, metadata = {}) =>
  api.request("POST", templatesPath, { body: templateNamed(name, "x", metadata) });

test("a flag of the query is true, whatever stands there, but for 0 and false in any case", async () => {
  const applyAs = (manager: string, force: string) =>
    api.request("PATCH", `${templatesPath}/flags?fieldManager=${manager}&force=${force}`, {
      body: templateNamed("flags", manager),
      headers: apply,
    });
  assert.equal((await applyAs("ann", "True")).status, 201);
  for (const no of ["0", "false", "False", "FALSE"]) assert.equal((await applyAs("bob", no)).status, 409, no);
  for (const yes of ["1", "true", "True", "yes", ""]) assert.equal((await applyAs(`by-${yes}`, yes)).status, 200, yes);
  const watched = await api.request("GET", `${templatesPath}?watch=True&allowWatchBookmarks=True&timeoutSeconds=1`);
  assert.match(JSON.stringify(watched.body), /"type":"ADDED"/);
});

test("dependents are orphaned at the query's word as well as the body's", async () => {
  await make("owner");
  const { body } = await api.request("DELETE", `${templatesPath}/owner?orphanDependents=True`);
  assert.deepEqual(body.metadata.finalizers, ["orphan"]);
});

test("an owner of fields without a time is shown without one", async () => {
  await make("moved");
  const entry = { manager: "zz", operation: "Update", apiVersion: "tinkerbell.org/v1alpha1", fieldsType: "FieldsV1" };
  const managedFields = [{ ...entry, fieldsV1: { "f:spec": { "f:data": {} } } }];
  const body = { metadata: { managedFields } };
  const patched = await api.request("PATCH", `${templatesPath}/moved`, { body, headers: merge });
  assert.deepEqual(patched.body.metadata.managedFields, managedFields);
});

test("a record has no owners of fields, and no time that is none", async () => {
  const path = "/apis/metal.neverland.dev/v1alpha1/namespaces/default/actionreports";
  const managedFields = [{ manager: "zz", operation: "Update", time: "yesterday" }];
  const spec = {
    workflow: "default/w",
    workflowUID: "u",
    taskID: "t",
    actionID: "a",
    agentID: "m",
    state: "RUNNING",
    receivedAt: "2026-01-01T00:00:00Z",
  };
  const made = await api.request("POST", path, { body: { metadata: { name: "r", managedFields }, spec } });
  assert.deepEqual([made.status, made.body.metadata.managedFields], [201, undefined]);
});

test("what Kubernetes' own fields of metadata are not is refused, since no Go client could read it", async () => {
  assert.equal((await make("odd", { selfLink: 5 })).status, 422);
});

test("options of a deletion are read as protobuf, which Go's typed clients send, of any kind", async () => {
  // DeleteOptions of client-go 0.37 with the uid "abc-1" as precondition, and without anything.
  const pinned = "6b3873000a130a027631120d44656c6574654f7074696f6e73120d120b0a056162632d3112023432";
  const empty = "6b3873000a130a027631120d44656c6574654f7074696f6e7312001a002200";
  await make("typed");
  const send = async (hex: string) => {
    const headers = { authorization: `Bearer ${api.token}`, "content-type": "application/vnd.kubernetes.protobuf" };
    const body = Buffer.from(hex, "hex");
    return (await fetch(`${api.url}${templatesPath}/typed`, { method: "DELETE", headers, body })).status;
  };
  assert.deepEqual([await send(pinned), await send(empty)], [409, 200]);
});
