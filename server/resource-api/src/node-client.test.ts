// The Kubernetes client of our own language, as it is published, against a server with TLS and the kubeconfig that `tink up` writes.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import { writeKubeconfig } from "./access-files.ts";
import { type ApiServer, hardwareNamed, startApiServer } from "./testing/api-server.ts";

let api: ApiServer;
let folder: string;
let config: KubeConfig;
let objects: CustomObjectsApi;
const kind = { group: "tinkerbell.org", version: "v1alpha1", namespace: "default", plural: "hardware" };
const path = "/apis/tinkerbell.org/v1alpha1/namespaces/default/hardware";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "node-client-"));
  api = await startApiServer({ isSecure: true });
  config = new KubeConfig();
  config.loadFromFile(await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority }));
  objects = config.makeApiClient(CustomObjectsApi);
});
after(async () => {
  await api?.close();
  await rm(folder, { recursive: true });
});

type Told = { readonly type: string; readonly name: string | undefined };

test("lists, creates, gets, patches, watches and deletes, unmodified", { timeout: 60_000 }, async () => {
  assert.deepEqual((await objects.listNamespacedCustomObject(kind)).items, []);
  const told: Told[] = [];
  const deleted = Promise.withResolvers<void>();
  const onEvent = (type: string, object: KubernetesObject): void => {
    told.push({ type, name: object.metadata?.name });
    if (type === "DELETED") deleted.resolve();
  };
  const watch = await new Watch(config).watch(path, {}, onEvent, (error) => deleted.reject(error));
  await objects.createNamespacedCustomObject({ ...kind, body: hardwareNamed("m1", "52:54:00:00:00:01", "10.0.0.5") });
  const one = { ...kind, name: "m1" };
  assert.equal((await objects.getNamespacedCustomObject(one)).metadata.name, "m1");
  const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await objects.patchNamespacedCustomObject({ ...one, body: { metadata: { labels: { rack: "a" } } } }, merge);
  assert.deepEqual((await objects.getNamespacedCustomObject(one)).metadata.labels, { rack: "a" });
  await objects.deleteNamespacedCustomObject(one);
  await deleted.promise;
  watch.abort();
  assert.deepEqual(
    told.map(({ type, name }) => `${type} ${name}`),
    ["ADDED m1", "MODIFIED m1", "DELETED m1"],
  );
});
