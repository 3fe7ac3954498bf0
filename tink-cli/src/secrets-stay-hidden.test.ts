// A canary in every sensitive field of what a real server is given: in its log, its events, describe and refusals it is not found.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { kinds } from "@neverland/api";
import { type CliBench, openCliBench } from "./testing/cli-bench.ts";
import { workflowYaml } from "./testing/manifests.ts";

const canary = "canary-4711";
const encoded = Buffer.from(canary).toString("base64");
const mac = "52:54:00:00:00:01";
let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

const hardware = `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata: {name: m1}
spec:
  userData: ${canary}
  vendorData: ${canary}
  metadata:
    instance:
      userdata: ${canary}
      crypted_root_password: ${canary}
      storage: {filesystems: [{mount: {point: /, files: [{path: /a, contents: ${canary}}]}}]}
  interfaces: [{dhcp: {mac: "${mac}"}}]
`;
const secret = `apiVersion: v1
kind: Secret
metadata: {name: bmc}
data: {one: ${encoded}}
stringData: {two: ${canary}}
`;
const template = (name: string, value: string) => `apiVersion: tinkerbell.org/v1alpha1
kind: Template
metadata: {name: ${name}}
spec:
  data: |
    version: "0.1"
    name: ${name}
    global_timeout: 600
    tasks:
    - name: install
      worker: "{{.device_1}}"
      environment: {TASK: "${value}"}
      actions:
      - {name: first, image: one, timeout: 60, environment: {ACTION: "${value}"}}
`;

function assertHidden(what: string, text: string): void {
  for (const word of [canary, encoded]) assert.ok(!text.includes(word), `${what} shows it: ${text}`);
}

test("no secret comes out by the way", { timeout: 120_000 }, async () => {
  const files = await Promise.all([
    bench.file("m1.yaml", hardware),
    bench.file("bmc.yaml", secret),
    bench.file("good.yaml", template("good", "{{ .hardware.spec.userData }}")),
    bench.file("bad.yaml", template("bad", "{{ mustFromJson .hardware.spec.userData }}")),
    bench.file("one.yaml", workflowYaml("one", "good", "m1", mac)),
    bench.file("worse.yaml", template("worse", "{{ fail .hardware.spec.userData }}")),
    bench.file("two.yaml", workflowYaml("two", "bad", "m1", mac)),
    bench.file("three.yaml", workflowYaml("three", "worse", "m1", mac)),
  ]);
  const applied = await bench.run("apply", ...files.flatMap((file) => ["-f", file]));
  assert.equal(applied.code, 0, applied.stderr);
  const deadline = AbortSignal.timeout(60_000);
  const key = (name: string) => ({ namespace: "default", name });
  const rendered = await bench.clients(kinds.Workflow).waitFor(key("one"), (w) => Boolean(w?.status?.tasks), deadline);
  assert.ok(JSON.stringify(rendered?.status).includes(canary), "the environment is rendered for who may read it");
  for (const name of ["two", "three"])
    await bench.clients(kinds.Workflow).waitFor(key(name), (w) => w?.status?.templateRendering === "failed", deadline);

  for (const target of ["hardware/m1", "secret/bmc", "workflow/one", "workflow/two", "workflow/three"]) {
    const { code, stdout, stderr } = await bench.run("describe", target);
    assert.equal(code, 0, stderr);
    assertHidden(`describe ${target}`, stdout);
  }
  const wrong = [
    hardware.replace(`userData: ${canary}`, `userData: [${canary}]`),
    secret.replace(encoded, `${canary}!`),
    `${secret}${canary}`,
  ];
  for (const [at, text] of wrong.entries()) {
    const { code, stdout, stderr } = await bench.run("apply", "-f", await bench.file(`wrong-${at}.yaml`, text));
    assert.notEqual(code, 0);
    assertHidden(`the refusal of file ${at}`, `${stdout}${stderr}`);
  }
  const { items } = await bench.clients(kinds.MachineEvent).list();
  assertHidden("an event", JSON.stringify(items));
  assertHidden("the log", await readFile(join(bench.dir, "server.log"), "utf8"));
  const shown = await bench.run("get", "secret", "bmc", "-o", "yaml");
  assert.ok(shown.stdout.includes(encoded), "who has the token may read it");
});
