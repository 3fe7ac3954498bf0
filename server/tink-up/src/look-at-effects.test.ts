// What a write or a deletion does to others is said by the answer, as kubectl shows it.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { kinds } from "@neverland/api";
import {
  type ApiServer,
  hardwarePath,
  startApiServer,
  templatesPath,
} from "@neverland/resource-api/testing/api-server.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { effectsInWords } from "@neverland/workflow-rules/written/look-at-effects.ts";

const apiVersion = "tinkerbell.org/v1alpha1";
const hardware = (name: string, spec: object = {}) => ({
  ...{ apiVersion, kind: "Hardware", metadata: { name, namespace: "default" } },
  spec,
});

let store: ResourceStore;
let api: ApiServer;
beforeEach(async () => {
  store = openMemoryStore();
  const ownAddresses = () => ["10.0.0.1"];
  api = await startApiServer({
    store,
    lookAtEffects: (kind, object, done) => effectsInWords(kind, object, done, { store, ownAddresses }),
  });
});
afterEach(async () => {
  await api.close();
  await store.close();
});

async function warningOf(method: string, path: string, body?: object): Promise<string> {
  const { status, headers } = await api.request(method, path, body === undefined ? {} : { body });
  assert.ok(status < 300, `${status}`);
  return headers.get("warning") ?? "";
}

async function createWorkflow(name: string, state: "" | "PENDING" | "SUCCESS"): Promise<void> {
  const metadata = { namespace: "default", name };
  const spec = { hardwareRef: "m1", templateRef: "debian" };
  const made = await store.create(kinds.Workflow, { apiVersion, kind: "Workflow", metadata, spec });
  if (state !== "") await store.updateStatus(kinds.Workflow, { ...made, status: { state } });
}

test("who deletes a Hardware that workflows wait for is told which", async () => {
  await warningOf("POST", hardwarePath, hardware("m1"));
  await createWorkflow("over", "SUCCESS");
  assert.equal(await warningOf("DELETE", `${hardwarePath}/m1?dryRun=All`), "");
  await createWorkflow("install", "PENDING");
  await createWorkflow("new", "");
  assert.equal(
    await warningOf("DELETE", `${hardwarePath}/m1`),
    '299 - "hardware/m1 is named by Workflows install, new, which are not over: without it its machine gets neither address nor boot script nor metadata any more; apply it again, or delete the workflow"',
  );
});

test("who deletes a Template is told of workflows that are not rendered, and of no others", async () => {
  const template = { apiVersion, kind: "Template", metadata: { name: "debian", namespace: "default" }, spec: {} };
  await warningOf("POST", templatesPath, template);
  await createWorkflow("install", "PENDING");
  assert.equal(await warningOf("DELETE", `${templatesPath}/debian?dryRun=All`), "");
  await createWorkflow("new", "");
  assert.match(
    await warningOf("DELETE", `${templatesPath}/debian`),
    /Workflow new, which is not over: without it it cannot be rendered/,
  );
});

test("a Hardware with the instance id of another is said, and once it has its own it is not", async () => {
  const withId = (id: string) => ({ metadata: { instance: { id } } });
  assert.equal(await warningOf("POST", hardwarePath, hardware("m1", withId("one"))), "");
  assert.match(
    await warningOf("POST", `${hardwarePath}?fieldValidation=Ignore`, hardware("m2", withId("one"))),
    /^299 - "spec\.metadata\.instance\.id: Hardware default\/m1 has one too: /,
  );
  assert.equal(await warningOf("POST", hardwarePath, hardware("m3", withId("three"))), "");
});

test("a Hardware with the server's own address is said", async () => {
  const at = (address: string) => ({ interfaces: [{ dhcp: { mac: "52:54:00:00:00:01", ip: { address } } }] });
  assert.match(
    await warningOf("POST", `${hardwarePath}?dryRun=All`, hardware("m1", at("10.0.0.1"))),
    /^299 - "spec\.interfaces\[0\]\.dhcp\.ip\.address: 10\.0\.0\.1 is this server's own address/,
  );
  assert.equal(await warningOf("POST", `${hardwarePath}?dryRun=All`, hardware("m1", at("10.0.0.2"))), "");
});
