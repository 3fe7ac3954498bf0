// What Cluster API's provider for Tinkerbell (CAPT 0.7.0) asks of the cluster that its --external-kubeconfig names, in its order and with its
// bodies, as its typed client (api 0.23.0) writes them: a machine is taken, installed, and given back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { ControllerBench, waitUntil } from "@neverland/controllers/testing/controller-bench.ts";
import { type ApiServer, startApiServer } from "@neverland/resource-api/testing/api-server.ts";
import { renderWorkflow } from "@neverland/workflow-rules/written/render-workflow.ts";
import { EventLines, type WatchEvent } from "./event-lines.ts";

const group = "/apis/tinkerbell.org/v1alpha1";
const namespaced = (plural: string) => `${group}/namespaces/default/${plural}`;
const [hardware, templates, workflows] = [namespaced("hardware"), namespaced("templates"), namespaced("workflows")];
const mac = "52:54:00:00:00:01";
const machine = "cluster-a-control-plane-x7";
const finalizer = "infrastructure.cluster.x-k8s.io/tinkerbellmachine";
const ownerName = "v1alpha1.tinkerbell.org/ownerName";
const ownerNamespace = "v1alpha1.tinkerbell.org/ownerNamespace";
const labels = { "capt.tinkerbell.org/machine-name": machine, "capt.tinkerbell.org/machine-namespace": "default" };

/** In the form of the provider's own: numbers and flags among the environment, and the worker by the map of the workflow. */
const document = `
version: "0.1"
name: ${machine}
global_timeout: 6000
tasks:
  - name: "${machine}"
    worker: "{{.device_1}}"
    volumes:
      - /dev:/dev
    actions:
      - name: "stream image"
        image: registry.example/actions/oci2disk
        timeout: 600
        environment:
          IMG_URL: registry.example/ubuntu-2404:v1.36.3.gz
          DEST_DISK: /dev/vda
          COMPRESSED: true
      - name: "kexec image"
        image: registry.example/waitdaemon:0.2.1
        timeout: 90
        pid: host
        environment:
          BLOCK_DEVICE: /dev/vda1
          UID: 0
          WAIT_SECONDS: 5
        volumes:
          - /var/run/docker.sock:/var/run/docker.sock
`;

/** As client-go names them: of the group that is asked. */
const deleteOptions = { kind: "DeleteOptions", apiVersion: "tinkerbell.org/v1alpha1" };

let bench: ControllerBench;
let api: ApiServer;

before(async () => {
  bench = new ControllerBench({ render: renderWorkflow });
  api = await startApiServer({ store: bench.store });
  await bench.start();
});

after(async () => {
  await bench.stop();
  await api.close();
  await bench.store.close();
});

const get = (path: string) => api.request("GET", path);
const merge = (path: string, body: unknown) =>
  api.request("PATCH", path, { body, headers: { "content-type": "application/merge-patch+json" } });
const listed = async (selector: string): Promise<readonly string[]> => {
  const { body } = await get(`${group}/hardware?labelSelector=${encodeURIComponent(selector)}`);
  return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
};

const conditionOf = ({ status }: WatchEvent["object"], wanted: string) =>
  status?.conditions?.find(({ type }) => type === wanted)?.status;

test("a machine is taken, installed and given back", async (t) => {
  for (const [name, index] of [
    ["m1", 1],
    ["m2", 2],
  ] as const) {
    const ip = { address: `10.0.0.1${index}`, netmask: "255.255.255.0" };
    const spec = {
      disks: [{ device: "/dev/vda" }],
      interfaces: [{ dhcp: { mac: `52:54:00:00:00:0${index}`, ip }, netboot: { allowPXE: true, allowWorkflow: true } }],
      metadata: { instance: { id: `52:54:00:00:00:0${index}` } },
    };
    const body = {
      apiVersion: "tinkerbell.org/v1alpha1",
      kind: "Hardware",
      metadata: { name, labels: { rack: "a" } },
      spec,
    };
    assert.equal((await api.request("POST", hardware, { body })).status, 201);
  }

  // It looks for the machine that it has, then for one that nobody has.
  const owned = `${ownerName}=${machine},${ownerNamespace}=default`;
  assert.deepEqual(await listed(owned), []);
  assert.deepEqual(await listed(`rack=a,!${ownerName}`), ["m1", "m2"]);
  const claim = (owner: string) => ({
    metadata: { finalizers: [finalizer], labels: { rack: "a", [ownerName]: owner, [ownerNamespace]: "default" } },
  });
  assert.equal((await merge(`${hardware}/m1`, claim(machine))).status, 200);

  // Another of its workers had the same list, and comes later.
  const late = await merge(`${hardware}/m1`, claim("cluster-a-worker-q2"));
  assert.deepEqual([late.status, late.body.reason], [409, "Conflict"]);
  assert.deepEqual(await listed(owned), ["m1"]);
  assert.deepEqual(await listed(`rack=a,!${ownerName}`), ["m2"]);

  const events = await EventLines.of(api, `${workflows}?watch=true&allowWatchBookmarks=true&timeoutSeconds=60`);
  t.after(() => events.close());
  const userData = "## template: jinja\n#cloud-config\nprovider-id: tinkerbell://default/m1\n";
  assert.equal((await merge(`${hardware}/m1`, { spec: { userData } })).body.spec.userData, userData);

  assert.equal((await get(`${workflows}/${machine}`)).body.reason, "NotFound");
  assert.equal((await get(`${templates}/${machine}`)).body.reason, "NotFound");
  const metadata = { name: machine, namespace: "default", labels };
  const template = {
    kind: "Template",
    apiVersion: "tinkerbell.org/v1alpha1",
    metadata,
    spec: { data: document },
    status: {},
  };
  assert.equal((await api.request("POST", templates, { body: template })).status, 201);
  const spec = {
    templateRef: machine,
    hardwareRef: "m1",
    hardwareMap: { device_1: mac },
    bootOptions: { toggleAllowNetboot: true },
  };
  const status = { bootOptions: { allowNetboot: {} } };
  const workflow = { kind: "Workflow", apiVersion: "tinkerbell.org/v1alpha1", metadata, spec, status };
  assert.equal((await api.request("POST", workflows, { body: workflow })).status, 201);

  // Its agent works, and it is told of each state by its watch.
  await events.until(({ object }) => object.status?.state === "PENDING");
  for (const index of [0, 1])
    for (const state of ["RUNNING", "SUCCESS"] as const) {
      const [now] = (await bench.workflows.list({ namespace: "default" })).items;
      assert.ok(now);
      await bench.report(now, index, state);
    }
  const done = await events.until(({ object }) => object.status?.state === "SUCCESS");
  assert.deepEqual(done.object.metadata.labels, labels);
  const provisioned = { metadata: { annotations: { "v1alpha1.tinkerbell.org/provisioned": "true" } } };
  assert.equal((await merge(`${hardware}/m1`, provisioned)).status, 200);

  // Its machine is switched off by a job of its name, which it looks for before it makes it, and whose end it waits for.
  const jobs = "/apis/bmc.tinkerbell.org/v1alpha1/namespaces/default/jobs";
  const selector = encodeURIComponent(`capt.tinkerbell.org/machine-name=${machine}`);
  const jobWatch = `${jobs}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=60&labelSelector=${selector}`;
  const jobEvents = await EventLines.of(api, jobWatch);
  t.after(() => jobEvents.close());
  const bookmark = await jobEvents.until(({ type }) => type === "BOOKMARK");
  assert.equal(bookmark.object.kind, "Job");
  assert.equal(bookmark.object.metadata.annotations?.["k8s.io/initial-events-end"], "true");
  assert.equal((await get(`${jobs}/${machine}-poweroff`)).body.reason, "NotFound");
  const powerOff = (name: string, more: object) => ({
    kind: "Job",
    apiVersion: "bmc.tinkerbell.org/v1alpha1",
    metadata: { name, namespace: "default", ...more },
    spec: { machineRef: { name: "m1-bmc", namespace: "default" }, tasks: [{ powerAction: "off" }] },
    status: {},
  });
  const unlike = powerOff("another-poweroff", {});
  assert.equal((await api.request("POST", jobs, { body: unlike })).status, 201);
  const job = powerOff(`${machine}-poweroff`, { labels });
  const made = await api.request("POST", jobs, { body: job });
  assert.deepEqual([made.status, made.body.spec], [201, job.spec]);
  assert.equal((await api.request("POST", jobs, { body: job })).body.reason, "AlreadyExists");
  const failed = await jobEvents.until(
    ({ type, object }) => type === "MODIFIED" && conditionOf(object, "Failed") === "True",
  );
  assert.deepEqual(failed.object.metadata.labels, labels);
  assert.deepEqual(new Set(jobEvents.names), new Set([`${machine}-poweroff`]));
  assert.equal(conditionOf((await get(`${jobs}/${machine}-poweroff`)).body, "Completed"), undefined);

  // Whoever switched it off by hand says so, and what failed counts no more.
  const byHand = { type: "Completed", status: "True", reason: "ByHand", message: "switched off by hand" };
  const said = await merge(`${jobs}/${machine}-poweroff/status`, { status: { conditions: [byHand] } });
  assert.equal(said.status, 200);
  const ended = await jobEvents.until(({ object }) => conditionOf(object, "Completed") === "True");
  assert.equal(conditionOf(ended.object, "Failed"), undefined);

  // Deletion: the template and the workflow first, then the machine is anybody's again.
  assert.equal((await get(`${hardware}/m1`)).status, 200);
  for (const path of [`${templates}/${machine}`, `${workflows}/${machine}`]) {
    assert.equal((await get(path)).status, 200);
    assert.equal((await api.request("DELETE", path, { body: deleteOptions })).status, 200);
  }
  await waitUntil(async () => (await get(`${workflows}/${machine}`)).status === 404);
  const released = {
    metadata: {
      annotations: null,
      finalizers: null,
      labels: { [ownerName]: null, [ownerNamespace]: null },
    },
  };
  const { body } = await merge(`${hardware}/m1`, released);
  assert.deepEqual([body.metadata.labels, body.metadata.finalizers], [{ rack: "a" }, undefined]);
  assert.deepEqual(await listed(`rack=a,!${ownerName}`), ["m1", "m2"]);
});

test("an owner that waits for a machine gets it once it is free", async () => {
  await merge(`${hardware}/m2`, { metadata: { labels: { [ownerName]: "one" } } });
  assert.equal((await merge(`${hardware}/m2`, { metadata: { labels: { [ownerName]: "two" } } })).status, 409);
  await merge(`${hardware}/m2`, { metadata: { labels: { [ownerName]: null } } });
  assert.equal((await merge(`${hardware}/m2`, { metadata: { labels: { [ownerName]: "two" } } })).status, 200);
});

test("the template of the page renders for a machine", async () => {
  const page = await readFile(new URL("../../../docs/cluster-api.md", import.meta.url), "utf8");
  const [, body] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const headers = { "content-type": "application/yaml" };
  const made = await api.request("POST", `${templates}?fieldValidation=Strict`, { body, headers });
  assert.equal(made.status, 201);
  const spec = { templateRef: "node", hardwareRef: "m2", hardwareMap: { device_1: "52:54:00:00:00:02" } };
  const workflow = { kind: "Workflow", apiVersion: "tinkerbell.org/v1alpha1", metadata: { name: "node" }, spec };
  const events = await EventLines.of(api, `${workflows}?watch=true&fieldSelector=metadata.name%3Dnode`);
  assert.equal((await api.request("POST", workflows, { body: workflow })).status, 201);
  const { object } = await events.until(({ object: { status } }) => status?.state === "PENDING");
  events.close();
  const { body: rendered } = await get(`${workflows}/${object.metadata.name}`);
  const [{ actions }] = rendered.status.tasks;
  const disks = actions.map(({ environment }: { environment: Record<string, string> }) => [
    environment.DEST_DISK ?? environment.BLOCK_DEVICE,
  ]);
  assert.deepEqual(disks, [["/dev/vda"], ["/dev/vda1"], ["/dev/vda1"]]);
});
