// What an object names and is not there, or does not fit, is said where it is written: a warning, since objects come in any order.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import {
  type Hardware,
  type KindInfo,
  kinds,
  type Resource,
  type ResourceOf,
  type Template,
  type Workflow,
} from "@neverland/api";
import { writeKubeconfig } from "@neverland/resource-api/access-files.ts";
import {
  type ApiServer,
  hardwarePath,
  startApiServer,
  workflowsPath,
} from "@neverland/resource-api/testing/api-server.ts";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { referencesInWords } from "./look-at-written.ts";

const mac = "52:54:00:00:00:01";
const data = `version: "0.1"
name: t
global_timeout: 600
tasks:
  - name: install
    worker: "{{.device_1}}"
    actions:
      - name: a
        image: alpine
        timeout: 60
        environment:
          DEST_DISK: {{ index .Hardware.Disks 0 }}
`;
const tinkerbell = "tinkerbell.org/v1alpha1";
const workflow = (spec: Workflow["spec"], name = "w"): object => ({
  ...{ apiVersion: tinkerbell, kind: "Workflow", metadata: { name, namespace: "default" } },
  spec,
});
const rightSpec = { templateRef: "debian", hardwareRef: "m1", hardwareMap: { device_1: mac } };

let store: ResourceStore;
let api: ApiServer;
beforeEach(async () => {
  store = openMemoryStore();
  const lookAtReferences = (kind: KindInfo, object: Resource) => referencesInWords(kind, object, store);
  api = await startApiServer({ store, lookAtReferences, isSecure: true });
  const metadata = { namespace: "default" };
  const template: Omit<Template, "metadata"> = { apiVersion: tinkerbell, kind: "Template", spec: { data } };
  await store.create(kinds.Template, { ...template, metadata: { ...metadata, name: "debian" } });
  const spec: Hardware["spec"] = { disks: [{ device: "/dev/sda" }], interfaces: [{ dhcp: { mac } }] };
  await store.create(kinds.Hardware, {
    ...{ apiVersion: tinkerbell, kind: "Hardware", metadata: { ...metadata, name: "m1" } },
    spec,
  });
});
afterEach(async () => {
  await api.close();
  await store.close();
});

async function warningsOf(spec: Workflow["spec"], query = "?dryRun=All"): Promise<string> {
  const { status, headers } = await api.request("POST", `${workflowsPath}${query}`, { body: workflow(spec) });
  assert.equal(status, 201);
  return headers.get("warning") ?? "";
}

test("of a workflow that fits nothing is said", async () => {
  assert.equal(await warningsOf(rightSpec), "");
});

test("a name of nothing is told with the nearest, also where the write is tried alone, and nothing where that is asked", async () => {
  const wrong = { ...rightSpec, templateRef: "debain", hardwareRef: "x9000" };
  const told =
    '299 - "spec.templateRef: there is no Template default/debain yet; did you mean debian?", ' +
    '299 - "spec.hardwareRef: there is no Hardware default/x9000 yet; apply it, or change this"';
  assert.equal(await warningsOf(wrong), told);
  assert.equal(await warningsOf(wrong, "?dryRun=All&fieldValidation=Strict"), told);
  assert.equal(await warningsOf(wrong, "?dryRun=All&fieldValidation=Ignore"), "");
});

test("a device that the template reads and the map does not have is told with the entry that was meant", async () => {
  const warning = await warningsOf({ ...rightSpec, hardwareMap: { device1: mac } });
  assert.match(
    warning,
    /^299 - "spec\.hardwareMap: Template debian does not render for Hardware m1: .*spec\.hardwareMap has no device_1: it has device1; is device1 to be device_1\?"$/,
  );
});

test("a worker that no machine has is told, whether or not Hardware is named", async () => {
  const hardwareMap = { device_1: "52:54:00:00:00:10" };
  assert.match(
    await warningsOf({ ...rightSpec, hardwareMap }),
    /^299 - "spec\.hardwareMap\.device_1: .*for worker 52:54:00:00:00:10, and Hardware m1.* has 52:54:00:00:00:01.*may be mistyped"$/,
  );
  await store.update(kinds.Template, {
    ...(await present(kinds.Template, "debian")),
    spec: { data: data.replace("{{ index .Hardware.Disks 0 }}", "/dev/sda") },
  });
  assert.equal(
    await warningsOf({ templateRef: "debian", hardwareMap }),
    '299 - "spec.hardwareMap.device_1: no Hardware has the worker 52:54:00:00:00:10 that the template\'s tasks are for: no machine gets them"',
  );
  assert.equal(await warningsOf({ templateRef: "debian", hardwareMap: { device_1: "52:54:00:00:00:01" } }), "");
  assert.equal(await warningsOf({ templateRef: "debian", hardwareMap: { device_1: "52-54-00-00-00-01" } }), "");
  assert.match(
    await warningsOf({ templateRef: "debian", hardwareMap: { device_1: "52-54-00-00-00-10" } }),
    /no Hardware has the worker 52-54-00-00-00-10/,
  );
});

test("a machine that forbids workflows is told, whether it is named or its worker is", async () => {
  const locked = {
    interfaces: [{ dhcp: { mac }, netboot: { allowWorkflow: false } }],
    disks: [{ device: "/dev/sda" }],
  };
  await store.update(kinds.Hardware, { ...(await present(kinds.Hardware, "m1")), spec: locked });
  const why =
    "Hardware m1 forbids workflows (spec.interfaces[0].netboot.allowWorkflow is false): no worker begins this until that is gone";
  assert.equal(await warningsOf(rightSpec), `299 - "spec.hardwareRef: ${why}"`);
  const template = await present(kinds.Template, "debian");
  await store.update(kinds.Template, {
    ...template,
    spec: { data: data.replace("{{ index .Hardware.Disks 0 }}", "x") },
  });
  const byWorker = { templateRef: "debian", hardwareMap: rightSpec.hardwareMap };
  assert.equal(await warningsOf(byWorker), `299 - "spec.hardwareMap.device_1: ${why}"`);
});

const broken = "{{ .nobody }}";
for (const [what, text] of [
  ["is long", `${"# long\n".repeat(2000)}${broken}`],
  ["takes many steps", `{{ range until 20000 }}{{ end }}${broken}`],
  ["prints much", `{{ repeat 20000 "#" }}\n${broken}`],
] as const)
  test(`a template that ${what} is not rendered while others wait`, async () => {
    await store.update(kinds.Template, { ...(await present(kinds.Template, "debian")), spec: { data: broken } });
    assert.match(await warningsOf(rightSpec), /does not render/);
    await store.update(kinds.Template, { ...(await present(kinds.Template, "debian")), spec: { data: text } });
    assert.equal(await warningsOf(rightSpec), "");
  });

test("what a write leaves as it was is not looked at again", async () => {
  const wrong = { ...rightSpec, templateRef: "debain" };
  const { body } = await api.request("POST", workflowsPath, { body: workflow(wrong) });
  const headers = { "content-type": "application/merge-patch+json" };
  const labelled = { body: { metadata: { labels: { a: "b" } } }, headers };
  assert.equal((await api.request("PATCH", `${workflowsPath}/w`, labelled)).headers.get("warning"), null);
  const replaced = await api.request("PUT", `${workflowsPath}/w`, { body: { ...body, metadata: { name: "w" } } });
  assert.equal(replaced.headers.get("warning"), null);
  const respelt = { body: { spec: { hardwareMap: { device_1: "x" } } }, headers };
  assert.match(
    (await api.request("PATCH", `${workflowsPath}/w`, respelt)).headers.get("warning") ?? "",
    /did you mean/,
  );
});

test("what was rendered stays, so nothing is said of it", async () => {
  const { body } = await api.request("POST", workflowsPath, { body: workflow(rightSpec) });
  await store.updateStatus(kinds.Workflow, { ...body, status: { state: "SUCCESS", templateRendering: "successful" } });
  await store.delete(kinds.Template, { namespace: "default", name: "debian" });
  const patch = {
    body: { metadata: { labels: { a: "b" } } },
    headers: { "content-type": "application/merge-patch+json" },
  };
  const { status, headers } = await api.request("PATCH", `${workflowsPath}/w`, patch);
  assert.deepEqual([status, headers.get("warning")], [200, null]);
});

test("a patch of one field is looked at with the others as they are", async () => {
  await api.request("POST", workflowsPath, { body: workflow(rightSpec) });
  const patch = { body: { spec: { hardwareRef: "m2" } }, headers: { "content-type": "application/merge-patch+json" } };
  const { headers } = await api.request("PATCH", `${workflowsPath}/w`, patch);
  assert.equal(
    headers.get("warning"),
    '299 - "spec.hardwareRef: there is no Hardware default/m2 yet; did you mean m1?"',
  );
});

test("what other kinds name is looked for as well", async () => {
  const bmc = "bmc.tinkerbell.org/v1alpha1";
  const bmcPath = `/apis/${bmc}/namespaces/default`;
  const metadata = { name: "x" };
  const connection = {
    ...{ host: "10.0.0.9", insecureTLS: true, authSecretRef: { name: "pw", namespace: "racks" } },
    providerOptions: {
      rpc: { consumerURL: "http://a", hmac: { secrets: { sha256: [{ name: "key", namespace: "" }] } } },
    },
  };
  const bmcRef = { apiGroup: "bmc.tinkerbell.org", kind: "Machine", name: "bmc-1" };
  const references = {
    a: { group: "tinkerbell.org", version: "v1alpha1", resource: "templates", name: "none" },
    b: { group: "elsewhere.example", version: "v1", resource: "things", name: "none" },
  };
  const refersTo = { machineRef: { name: "bmc-1", namespace: "racks" }, tasks: [{ powerAction: "on" }] };
  for (const [path, object, told] of [
    [
      `${bmcPath}/machines`,
      { apiVersion: bmc, kind: "Machine", metadata, spec: { connection } },
      /authSecretRef\.name: there is no Secret racks\/pw yet.*sha256\[0\]\.name: there is no Secret default\/key yet/,
    ],
    [
      `${bmcPath}/jobs`,
      { apiVersion: bmc, kind: "Job", metadata, spec: refersTo },
      /spec\.machineRef\.name: there is no Machine racks\/bmc-1 yet/,
    ],
    [
      hardwarePath,
      { apiVersion: tinkerbell, kind: "Hardware", metadata, spec: { bmcRef, references } },
      /spec\.bmcRef\.name: there is no Machine default\/bmc-1 yet.*spec\.references\.a\.name: there is no Template default\/none yet; apply it, or change this"$/,
    ],
  ] as const) {
    const { status, headers } = await api.request("POST", `${path}?dryRun=All`, { body: object });
    assert.equal(status, 201);
    assert.match(headers.get("warning") ?? "", told);
  }
});

test("of very many references some are looked at, and names of any length are", async () => {
  const of = (at: number) => ({ group: "tinkerbell.org", resource: "templates", name: `${at}`.padStart(5000, "x") });
  const references = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`r${at}`, of(at)]));
  let asked = 0;
  const lists = {
    get: async () => {
      asked += 1;
      return undefined;
    },
    list: () => Promise.reject(new Error("listed")),
  };
  const object = { apiVersion: tinkerbell, kind: "Hardware", metadata: { name: "m" }, spec: { references } };
  await referencesInWords(kinds.Hardware, object as unknown as Hardware, lists as unknown as ResourceStore);
  assert.equal(asked, 32);
});

test("an object that is written is answered as such also where what it names cannot be looked at", async () => {
  const get = store.get.bind(store);
  store.get = (kind, key) =>
    kind.kind === kinds.Template.kind ? Promise.reject(new Error("the disk is full")) : get(kind, key);
  const { status, headers } = await api.request("POST", workflowsPath, { body: workflow(rightSpec) });
  assert.deepEqual([status, /all the same: Error: the disk is full/.test(headers.get("warning") ?? "")], [201, true]);
});

test("kubectl shows it", { timeout: 120_000 }, async (t) => {
  const kubectl = await debianKubectl();
  const folder = await mkdtemp(join(tmpdir(), "look-at-references-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority });
  const file = join(folder, "w.json");
  await writeFile(file, JSON.stringify(workflow({ ...rightSpec, templateRef: "debain" })));
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "kubeconfig") };
  for (const dry of [["--dry-run=server"], []]) {
    const { stderr } = await promisify(execFile)(kubectl, ["apply", "-f", file, ...dry], { env });
    assert.equal(stderr, "Warning: spec.templateRef: there is no Template default/debain yet; did you mean debian?\n");
  }
});

async function present<K extends typeof kinds.Template | typeof kinds.Hardware>(
  kind: K,
  name: string,
): Promise<ResourceOf<K>> {
  const found = await store.get(kind, { namespace: "default", name });
  assert.ok(found);
  return found as ResourceOf<K>;
}
