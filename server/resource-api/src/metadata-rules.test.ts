// What kube-apiserver refuses in metadata is refused here, by the field that it names; what it takes is taken.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "./testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const make = async (metadata: object, name = "m") => {
  const answer = await api.request("POST", `${templatesPath}?dryRun=All`, { body: templateNamed(name, "x", metadata) });
  const causes: { field: string; message: string }[] = answer.body.details?.causes ?? [];
  return { status: answer.status, fields: causes.map(({ field }) => field), message: String(answer.body.message) };
};
const owner = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Template", name: "o", uid: "u" };

test("of two owners only one is the controller", async () => {
  const owners = [
    { ...owner, controller: true },
    { ...owner, name: "p", uid: "v", controller: true },
  ];
  const refused = await make({ ownerReferences: owners });
  assert.deepEqual([refused.status, refused.fields], [422, ["metadata.ownerReferences"]]);
  assert.match(refused.message, /Only one reference can have Controller set to true.*references for o and p/);
  assert.equal((await make({ ownerReferences: [owners[0], { ...owners[1], controller: false }] })).status, 201);
});

test("a second controller is refused of an object that is there, too", async () => {
  const ownerReferences = [{ ...owner, controller: true }];
  await api.request("POST", templatesPath, { body: templateNamed("owned", "x", { ownerReferences }) });
  const both = [...ownerReferences, { ...owner, uid: "v", controller: true }];
  const { status } = await api.request("PATCH", `${templatesPath}/owned`, {
    body: { metadata: { ownerReferences: both } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  assert.equal(status, 422);
});

test("an owner has a version, a kind, a name and a uid", async () => {
  const empty = { apiVersion: "", kind: "", name: "", uid: "" };
  const at = "metadata.ownerReferences[0]";
  const all = [`${at}.apiVersion`, `${at}.kind`, `${at}.name`, `${at}.uid`];
  assert.deepEqual((await make({ ownerReferences: [empty] })).fields, all);
  for (const apiVersion of ["/v1", "a/b/c", "a/"])
    assert.deepEqual((await make({ ownerReferences: [{ ...owner, apiVersion }] })).fields, [`${at}.apiVersion`]);
  assert.equal((await make({ ownerReferences: [{ ...owner, apiVersion: "v1" }] })).status, 201);
});

test("annotations have names like labels', and hold 256 KiB in all", async () => {
  for (const key of ["a b", "/x", "a..b/x", "x/", `${"a".repeat(254)}/x`, "a".repeat(64)])
    assert.deepEqual((await make({ annotations: { [key]: "" } })).fields, ["metadata.annotations"], key);
  assert.equal((await make({ annotations: { "Example.org/X": "anything\n" } })).status, 201);
  const most = 256 * 1024 - 1;
  assert.equal((await make({ annotations: { a: "x".repeat(most) } })).status, 201);
  const { status, message } = await make({ annotations: { a: "x".repeat(most + 1) } });
  assert.equal(status, 422);
  assert.match(message, /metadata\.annotations: Too long: may not be more than 262144 bytes/);
});

test("a label's prefix is a DNS name", async () => {
  for (const key of ["a..b/x", "-a/x", "A/x"])
    assert.deepEqual((await make({ labels: { [key]: "" } })).fields, ["metadata.labels"], key);
  assert.equal((await make({ labels: { "a.b/x": "y" } })).status, 201);
});

test("an object is not to be orphaning and waiting for its dependents at once", async () => {
  assert.deepEqual((await make({ finalizers: ["orphan", "foregroundDeletion"] })).fields, ["metadata.finalizers"]);
  assert.deepEqual((await make({ finalizers: ["a..b/c"] })).fields, ["metadata.finalizers[0]"]);
});

test("a name that is to be completed may end in a dash, and is otherwise as names are", async () => {
  assert.equal((await make({ generateName: "abc-" }, "")).status, 201);
  for (const generateName of ["-a", "A-", "a b-"])
    assert.ok((await make({ generateName }, "")).fields.includes("metadata.generateName"), generateName);
  assert.deepEqual((await make({ generateName: "B-" })).fields, ["metadata.generateName"]);
});

test("a User-Agent owns fields by what can be printed of it, and by no more than 128 bytes", async () => {
  const managerOf = async (agent: string) => {
    const answer = await api.request("POST", `${templatesPath}?dryRun=All`, {
      body: templateNamed("agent"),
      headers: { "user-agent": agent },
    });
    return answer.body.metadata.managedFields[0].manager;
  };
  assert.equal(await managerOf(`${"a".repeat(5000)}/1.0`), "a".repeat(128));
  assert.equal(await managerOf("tool\u0085\u00a0x y/2"), "toolx y");
  assert.equal(await managerOf("/2"), "unknown");
});

test("a manager's own word is as short, and printable", async () => {
  const status = async (manager: string) => {
    const query = new URLSearchParams({ dryRun: "All", fieldManager: manager });
    return (await api.request("POST", `${templatesPath}?${query}`, { body: templateNamed("m") })).status;
  };
  assert.deepEqual(
    [await status("ä".repeat(128)), await status("a".repeat(129)), await status("a\nb")],
    [201, 422, 422],
  );
});
