import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { redactObject } from "@neverland/api";
import { type ApiServer, hardwarePath, startApiServer } from "./testing/api-server.ts";

const root = "/apis/bmc.tinkerbell.org/v1alpha1";
const path = `${root}/namespaces/default`;
let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const object = (kind: string, name: string, spec: object) => ({
  apiVersion: "bmc.tinkerbell.org/v1alpha1",
  kind,
  metadata: { name },
  spec,
});
const machineRef = { name: "one", namespace: "default" };
const causesOf = (body: { details?: { causes?: { field: string; message: string }[] } }) =>
  (body.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);

test("the group has upstream's kinds, each with a status of its own", async () => {
  const { resources } = (await api.request("GET", root)).body;
  assert.deepEqual(
    resources.map(({ name, kind }: { name: string; kind: string }) => `${name} ${kind}`),
    ["machines Machine", "machines/status Machine", "jobs Job", "jobs/status Job", "tasks Task", "tasks/status Task"],
  );
});

test("a job of two actions is taken; what cannot be carried out is refused by its field", async () => {
  const tasks = [{ powerAction: "off" }, { bootDevice: { device: "pxe", efiBoot: true } }];
  assert.equal(
    (await api.request("POST", `${path}/jobs`, { body: object("Job", "good", { machineRef, tasks }) })).status,
    201,
  );
  const refused = async (spec: object) => {
    const { status, body } = await api.request("POST", `${path}/jobs`, { body: object("Job", "bad", spec) });
    assert.equal(status, 422);
    return causesOf(body);
  };
  assert.match(
    (await refused({ machineRef, tasks: [{ powerAction: "of" }] }))[0] ?? "",
    /^spec\.tasks\[0\]\.powerAction: /,
  );
  assert.match((await refused({ machineRef, tasks: [] }))[0] ?? "", /^spec\.tasks: .*at least one action/);
  assert.match((await refused({ machineRef: { name: "one" }, tasks }))[0] ?? "", /^spec\.machineRef\.namespace: /);
  const both = { powerAction: "off", bootDevice: { device: "disk" } };
  assert.match((await refused({ machineRef, tasks: [both] }))[0] ?? "", /^spec\.tasks\[0\]: .*several go into a list/);
});

test("a machine's connection is checked, and its headers are left out of what people are shown", async () => {
  const rpc = { consumerURL: "https://198.51.100.1", request: { staticHeaders: { "x-token": ["canary-4711"] } } };
  const connection = {
    host: "198.51.100.7",
    insecureTLS: true,
    providerOptions: { preferredOrder: ["IntelAMT"], rpc },
  };
  const made = await api.request("POST", `${path}/machines`, { body: object("Machine", "one", { connection }) });
  assert.equal(made.status, 201);
  assert.doesNotMatch(JSON.stringify(redactObject(made.body)), /canary-4711/);
  const wrong = { host: "", insecureTLS: true, port: 70_000, providerOptions: { preferredOrder: ["ilo"] } };
  const { body } = await api.request("POST", `${path}/machines`, {
    body: object("Machine", "two", { connection: wrong }),
  });
  assert.deepEqual(
    causesOf(body).map((cause) => cause.split(":")[0]),
    ["spec.connection.host", "spec.connection.port", "spec.connection.providerOptions.preferredOrder[0]"],
  );
});

test("a Hardware that names a management controller is taken with a warning of what becomes of it", async () => {
  const warningOf = async (name: string, bmcRef: object) => {
    const body = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata: { name }, spec: { bmcRef } };
    const { status, headers } = await api.request("POST", hardwarePath, { body });
    assert.equal(status, 201);
    return headers.get("warning") ?? "";
  };
  const apiGroup = "bmc.tinkerbell.org";
  assert.match(
    await warningOf("a", { apiGroup, kind: "Machine", name: "one" }),
    /cannot speak to management controllers yet/,
  );
  assert.match(await warningOf("b", { apiGroup, kind: "machine", name: "one" }), /spec\.bmcRef\.kind: .*write Machine/);
  assert.match(
    await warningOf("c", { apiGroup: "bmc", kind: "Machine", name: "one" }),
    /apiGroup: .*write bmc\.tinkerbell\.org/,
  );
});
