import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { kinds, ResourceClient } from "@neverland/api";
import {
  type ApiServer,
  hardwareNamed,
  hardwarePath,
  startApiServer,
  templateNamed,
  templatesPath,
} from "@neverland/resource-api/testing/api-server.ts";
import { collectGarbage } from "./testing/garbage-collection.ts";

let api: ApiServer;
let controllers: ReturnType<typeof collectGarbage>;
let namespaces: ResourceClient<typeof kinds.Namespace>;
const deadline = AbortSignal.timeout(60_000);
const site = { namespace: "", name: "site" };
const inSite = (path: string) => path.replace("namespaces/default", "namespaces/site");
const namesOf = async (kind: typeof kinds.Template | typeof kinds.Hardware) =>
  (await api.store.list(kind, { namespace: "site" })).items.map(({ metadata }) => metadata.name);

beforeEach(async () => {
  api = await startApiServer();
  controllers = collectGarbage(api.store);
  namespaces = new ResourceClient(kinds.Namespace, { server: api.url, token: api.token });
  await api.request("POST", inSite(hardwarePath), { body: hardwareNamed("m1", "52:54:00:00:00:01", "10.0.0.5") });
  await api.request("POST", templatesPath, { body: templateNamed("elsewhere") });
});
afterEach(async () => {
  await controllers.stop(deadline);
  await api.close();
});

const start = async () => {
  await controllers.start(deadline);
  const isHeld = (found?: { metadata: { finalizers?: string[] | null | undefined } }) =>
    Boolean(found?.metadata.finalizers?.length);
  await namespaces.waitFor(site, isHeld, deadline);
};

test("what is in a namespace goes before it, and nothing else does", { timeout: 20_000 }, async () => {
  await start();
  await namespaces.delete(site);
  await namespaces.waitFor(site, (found) => found === undefined, deadline);
  assert.deepEqual(await namesOf(kinds.Hardware), []);
  assert.equal((await api.request("GET", `${templatesPath}/elsewhere`)).status, 200);
});

test("what is to be taken back goes first; until it has gone nothing is made there", { timeout: 20_000 }, async () => {
  await start();
  const held = templateNamed("held", "x", { finalizers: ["example.org/take-back"] });
  await api.request("POST", inSite(templatesPath), { body: held });
  await namespaces.delete(site);
  const templates = new ResourceClient(kinds.Template, { server: api.url, token: api.token });
  const key = { namespace: "site", name: "held" };
  await templates.waitFor(key, (found) => Boolean(found?.metadata.deletionTimestamp), deadline);
  assert.deepEqual(await namesOf(kinds.Hardware), ["m1"]);
  const ending = await namespaces.get(site);
  assert.deepEqual([ending?.status?.phase, Boolean(ending?.metadata.deletionTimestamp)], ["Terminating", true]);
  const refused = await api.request("POST", inSite(templatesPath), { body: templateNamed("late") });
  assert.deepEqual([refused.status, refused.body.details.causes[0].reason], [403, "NamespaceTerminating"]);
  await api.request("PATCH", `${inSite(templatesPath)}/held`, {
    body: { metadata: { finalizers: null } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  await namespaces.waitFor(site, (found) => found === undefined, deadline);
  assert.deepEqual(await namesOf(kinds.Hardware), []);
  assert.equal((await api.request("POST", inSite(templatesPath), { body: templateNamed("late") })).status, 201);
});

test("what is waited for is looked at by itself: the namespace is not listed anew", { timeout: 20_000 }, async () => {
  await start();
  const held = templateNamed("held", "x", { finalizers: ["example.org/take-back"] });
  await api.request("POST", inSite(templatesPath), { body: held });
  const looks = Promise.withResolvers<void>();
  let [looked, listed] = [0, 0];
  const [get, list] = [api.store.get.bind(api.store), api.store.list.bind(api.store)];
  api.store.get = async (kind, key) => {
    // The first of them is the deletion's.
    if (key.name === "held" && ++looked === 4) looks.resolve();
    return await get(kind, key);
  };
  api.store.list = async (kind, options) => {
    if (kind === kinds.Template && options?.namespace === "site") listed += 1;
    return await list(kind, options);
  };
  await namespaces.delete(site);
  await looks.promise;
  assert.equal(listed, 1);
});

test("a namespace that is deleted is Terminating in the answer itself, and says what it waits for", async () => {
  await start();
  const path = "/api/v1/namespaces/site";
  const held = templateNamed("held", "x", { finalizers: ["example.org/take-back"] });
  await api.request("POST", inSite(templatesPath), { body: held });
  const { body } = await api.request("DELETE", path);
  assert.deepEqual([body.status.phase, Boolean(body.metadata.deletionTimestamp)], ["Terminating", true]);
  const letGo = { apiVersion: "v1", kind: "Namespace", metadata: { name: "site" }, spec: { finalizers: [] } };
  const refused = await api.request("PUT", `${path}/finalize`, { body: letGo });
  assert.deepEqual([refused.status, refused.body.reason], [409, "Conflict"]);
  assert.match(refused.body.message, /^namespace site still holds template\/held \(kept by example\.org\/take-back\)/);
});

test("the status of a namespace is read and written apart, and finalize of one that stays changes nothing", async () => {
  const path = "/api/v1/namespaces/site";
  const { body: live } = await api.request("GET", `${path}/status`);
  assert.equal(live.status.phase, "Active");
  const conditions = [{ type: "Checked", status: "True" }];
  const put = await api.request("PUT", `${path}/status`, { body: { ...live, status: { ...live.status, conditions } } });
  assert.deepEqual([put.status, put.body.status.conditions], [200, conditions]);
  const headers = { "content-type": "application/merge-patch+json" };
  const patched = await api.request("PATCH", `${path}/status`, { body: { status: { conditions: null } }, headers });
  assert.deepEqual(patched.body.status, { phase: "Active" });
  const finalized = await api.request("PUT", `${path}/finalize`, { body: { ...live, metadata: { name: "site" } } });
  assert.deepEqual([finalized.status, finalized.body.spec.finalizers], [200, ["kubernetes"]]);
});
