import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { kinds, ResourceClient } from "@neverland/api";
import { type ApiServer, startApiServer } from "@neverland/resource-api/testing/api-server.ts";
import { collectGarbage } from "../testing/garbage-collection.ts";

let api: ApiServer;
let collector: ReturnType<typeof collectGarbage>;
let workflows: ResourceClient<typeof kinds.Workflow>;
let templates: ResourceClient<typeof kinds.Template>;
const deadline = AbortSignal.timeout(60_000);

beforeEach(async () => {
  api = await startApiServer();
  collector = collectGarbage(api.store);
  workflows = new ResourceClient(kinds.Workflow, { server: api.url, token: api.token });
  templates = new ResourceClient(kinds.Template, { server: api.url, token: api.token });
});
afterEach(async () => {
  await collector.stop(deadline);
  await api.close();
});

const key = (name: string) => ({ namespace: "default", name });
const isGone = (object: unknown) => object === undefined;

/** A workflow, and a template that it owns. */
async function makePair(): Promise<void> {
  const { metadata } = await workflows.create({ metadata: { name: "owner" }, spec: {} });
  const reference = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", name: "owner", uid: metadata.uid };
  await templates.create({ metadata: { name: "owned", ownerReferences: [reference] }, spec: {} });
}

test("what an object owned goes after it", { timeout: 20_000 }, async () => {
  await collector.start(deadline);
  await makePair();
  await workflows.delete(key("owner"));
  await templates.waitFor(key("owned"), isGone, deadline);
});

test("a foreground delete takes the dependents first", { timeout: 20_000 }, async () => {
  await collector.start(deadline);
  await makePair();
  await workflows.delete(key("owner"), { propagationPolicy: "Foreground" });
  await workflows.waitFor(key("owner"), isGone, deadline);
  assert.equal(await templates.get(key("owned")), undefined);
});

test("an orphaning delete leaves the dependents without owner", { timeout: 20_000 }, async () => {
  await collector.start(deadline);
  await makePair();
  await workflows.delete(key("owner"), { propagationPolicy: "Orphan" });
  await workflows.waitFor(key("owner"), isGone, deadline);
  assert.deepEqual((await templates.get(key("owned")))?.metadata.ownerReferences, []);
});

test("an owner that was made anew is another one", { timeout: 20_000 }, async () => {
  await makePair();
  await workflows.delete(key("owner"));
  await workflows.create({ metadata: { name: "owner" }, spec: {} });
  await collector.start(deadline);
  await templates.waitFor(key("owned"), isGone, deadline);
});

test("what was left to do is done after a restart", { timeout: 20_000 }, async () => {
  await makePair();
  await workflows.delete(key("owner"), { propagationPolicy: "Foreground" });
  assert.ok(await templates.get(key("owned")));
  await collector.start(deadline);
  await workflows.waitFor(key("owner"), isGone, deadline);
});

test("an owner of a kind that is not kept here is believed", { timeout: 20_000 }, async () => {
  await collector.start(deadline);
  const reference = { apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "x" };
  await templates.create({ metadata: { name: "foreign", ownerReferences: [reference] }, spec: {} });
  await makePair();
  await workflows.delete(key("owner"));
  await templates.waitFor(key("owned"), isGone, deadline);
  assert.ok(await templates.get(key("foreign")));
});

test("one owner of two is enough to stay", { timeout: 20_000 }, async () => {
  await collector.start(deadline);
  await makePair();
  const { metadata } = await workflows.create({ metadata: { name: "second" }, spec: {} });
  const reference = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", name: "second", uid: metadata.uid };
  const owned = await templates.get(key("owned"));
  assert.ok(owned);
  const ownerReferences = [...(owned.metadata.ownerReferences ?? []), reference];
  await templates.update({ ...owned, metadata: { ...owned.metadata, ownerReferences } });
  await workflows.delete(key("owner"));
  await workflows.delete(key("second"));
  await templates.waitFor(key("owned"), isGone, deadline);
});

test("a collector that was stopped starts again, and does what was left meanwhile", { timeout: 20_000 }, async () => {
  await collector.start(deadline);
  await makePair();
  await collector.stop(deadline);
  await workflows.delete(key("owner"));
  await collector.start(deadline);
  await templates.waitFor(key("owned"), isGone, deadline);
});

test("an owner goes with all of its two thousand dependents", { timeout: 60_000 }, async () => {
  await makePair();
  const owned = await api.store.get(kinds.Template, key("owned"));
  assert.ok(owned);
  const names = Array.from({ length: 2000 }, (_, at) => `owned-${at}`);
  const { ownerReferences } = owned.metadata;
  await Promise.all(
    names.map(async (name) => {
      const metadata = { namespace: "default", name, ...(ownerReferences ? { ownerReferences } : {}) };
      await api.store.create(kinds.Template, { ...owned, metadata });
    }),
  );
  await collector.start(deadline);
  await workflows.delete(key("owner"), { propagationPolicy: "Foreground" });
  await workflows.waitFor(key("owner"), isGone, deadline);
  assert.deepEqual((await api.store.list(kinds.Template)).items, []);
});
