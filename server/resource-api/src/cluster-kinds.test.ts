// A kind whose objects belong to no namespace, by every way that the API has.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { formatKey, type KindInfo, kinds, ResourceClient } from "@neverland/api";
import { z } from "zod";
import { writeKubeconfig } from "./access-files.ts";
import { startApiServer } from "./testing/api-server.ts";
import { debianKubectl } from "./testing/debian-kubectl.ts";

const Rack = {
  ...kinds.Template,
  ...{ group: "example.org", version: "v1", kind: "Rack", plural: "racks", singular: "rack", shortNames: [] },
  scope: "cluster",
  spec: z.looseObject({ row: z.string().optional() }),
} as const satisfies KindInfo;

const path = "/apis/example.org/v1/racks";
const rack = (name: string, metadata = {}) => ({
  ...{ apiVersion: "example.org/v1", kind: "Rack" },
  ...{ metadata: { name, ...metadata }, spec: { row: "a" } },
});

async function setUp(t: TestContext) {
  const api = await startApiServer({ kinds: [kinds.Template, kinds.Namespace, Rack], isSecure: true });
  t.after(() => api.close());
  return api;
}

test("its objects are made, found, changed and deleted without a namespace", async (t) => {
  const api = await setUp(t);
  assert.equal((await api.request("POST", path, { body: rack("r1") })).status, 201);
  const found = await api.request("GET", `${path}/r1`);
  assert.deepEqual([found.status, found.body.spec], [200, { row: "a" }]);
  const list = await api.request("GET", path);
  assert.deepEqual(
    list.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ["r1"],
  );
  assert.equal((await api.request("DELETE", `${path}/r1`)).status, 200);
  assert.equal((await api.request("GET", `${path}/r1`)).status, 404);
});

test("a namespace, in the path or in the object, is refused", async (t) => {
  const api = await setUp(t);
  const inNamespace = "/apis/example.org/v1/namespaces/default/racks";
  assert.equal((await api.request("POST", inNamespace, { body: rack("r1") })).status, 404);
  assert.equal((await api.request("GET", `${inNamespace}/r1`)).status, 404);
  const { status, body } = await api.request("POST", path, { body: rack("r1", { namespace: "default" }) });
  assert.deepEqual(
    [status, body.message],
    [400, "Rack belongs to no namespace: leave out metadata.namespace (default)"],
  );
  const templates = "/apis/tinkerbell.org/v1alpha1/templates";
  assert.equal((await api.request("GET", `${templates}/t1`)).status, 404);
});

test("discovery says so, and it makes no namespace", async (t) => {
  const api = await setUp(t);
  await api.request("POST", path, { body: rack("r1") });
  const { body } = await api.request("GET", "/apis/example.org/v1");
  assert.deepEqual([body.resources[0].name, body.resources[0].namespaced], ["racks", false]);
  const namespaces = await api.request("GET", "/api/v1/namespaces");
  assert.deepEqual(
    namespaces.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ["default"],
  );
  const { body: openApi } = await api.request("GET", "/openapi/v3/apis/example.org/v1");
  assert.deepEqual(Object.keys(openApi.paths), [path, `${path}/{name}`, `${path}/{name}/status`]);
});

test("our client leaves the namespace out whatever it is given", async (t) => {
  const api = await setUp(t);
  const racks = new ResourceClient(Rack, { server: api.url, token: api.token, fetch: api.fetch });
  const made = await racks.create({ metadata: { name: "r1" }, spec: { row: "b" } });
  assert.equal(formatKey(made.metadata), "r1");
  assert.deepEqual((await racks.get({ namespace: "default", name: "r1" }))?.spec, { row: "b" });
  const deadline = AbortSignal.timeout(5000);
  const seen = await racks.waitFor({ namespace: "default", name: "r1" }, (found) => found !== undefined, deadline);
  assert.equal(seen?.metadata.uid, made.metadata.uid);
  await racks.delete({ namespace: "default", name: "r1" });
  assert.deepEqual((await racks.list({ namespace: "default" })).items, []);
});

test("kubectl applies and lists it", { timeout: 120_000 }, async (t) => {
  const api = await setUp(t);
  const folder = await mkdtemp(join(tmpdir(), "cluster-kinds-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority });
  const kubectl = await debianKubectl();
  const run = async (input: string, ...args: string[]) => {
    const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "kubeconfig") };
    const running = promisify(execFile)(kubectl, args, { env, timeout: 60_000 });
    running.child.stdin?.end(input);
    return (await running).stdout;
  };
  const manifest = JSON.stringify(rack("r1"));
  assert.match(await run(manifest, "apply", "-f", "-"), /^rack.example.org\/r1 created/);
  assert.match(await run(manifest, "apply", "--server-side", "--force-conflicts", "-f", "-"), /r1 serverside-applied/);
  assert.equal(await run("", "get", "racks", "-o", "name"), "rack.example.org/r1\n");
});
