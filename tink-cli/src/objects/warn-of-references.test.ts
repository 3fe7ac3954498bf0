// What files name and nobody has is told with file, line and column before anything is sent; what comes with the same files is there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import type { Clients } from "../connection/connect.ts";
import type { ManifestObject } from "../manifests/manifest-files.ts";
import { type CliBench, openCliBench } from "../testing/cli-bench.ts";
import { warnOfReferences } from "./warn-of-references.ts";

const head = (kind: string, name: string): string =>
  `apiVersion: tinkerbell.org/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`;
const hardware = (name: string, mac: string): string =>
  `${head("Hardware", name)}  disks: [{device: /dev/sda}]\n  interfaces:\n    - dhcp: {mac: ${mac}}\n`;
const template = (name: string): string => `${head("Template", name)}  data: |
    version: "0.1"
    name: ${name}
    global_timeout: 600
    tasks:
      - name: install
        worker: "{{.device_1}}"
        actions:
          - {name: a, image: alpine, timeout: 60}
`;
const workflow = (name: string, templateRef: string, hardwareRef: string, device: string): string =>
  `${head("Workflow", name)}  templateRef: ${templateRef}\n  hardwareRef: ${hardwareRef}\n  hardwareMap:\n    ${device}\n`;
const mac = "52:54:00:00:00:01";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
  const stored = await bench.file("stored.yaml", `${template("debian")}---\n${hardware("m1", mac)}`);
  assert.equal((await bench.run("apply", "-f", stored)).code, 0);
});
after(() => bench.close());

test("of objects that name each other nothing is said, in whichever order the files have them", async () => {
  const device = "device_1: 52:54:00:00:00:02";
  const own = `${workflow("w2", "alpine", "m2", device)}---\n${template("alpine")}---\n${hardware("m2", device.slice(10))}`;
  const dry = await bench.run("apply", "-f", await bench.file("own.yaml", own), "--dry-run=server");
  assert.deepEqual([dry.code, dry.stderr], [0, ""]);
  const theirs = workflow("w1", "debian", "m1", `device_1: ${mac}`);
  const stored = await bench.run("apply", "-f", await bench.file("theirs.yaml", theirs), "--dry-run=server");
  assert.deepEqual([stored.code, stored.stderr], [0, ""]);
});

test("what is not there is told with its place and the nearest name, by every command that writes files, and is applied", async () => {
  const file = await bench.file("site.yaml", workflow("w3", "debain", "m1", `device_1: ${mac}`));
  const told = `Warning: ${file}:6:16: spec.templateRef: there is no Template default/debain yet; did you mean debian?\n`;
  for (const command of [
    ["apply", "--dry-run=server"],
    ["create", "--dry-run=server"],
    ["apply"],
    ["replace"],
    ["diff"],
  ])
    assert.deepEqual([command, (await bench.run(...command, "-f", file)).stderr], [command, told]);
  const silent = await bench.run("apply", "-f", file, "--validate=ignore");
  assert.deepEqual([silent.code, silent.stderr], [0, ""]);
});

test("a device that the template reads under another name is told where the map is", async () => {
  const file = await bench.file("map.yaml", workflow("w4", "debian", "m1", `device1: ${mac}`));
  const { stderr } = await bench.run("apply", "-f", file, "--dry-run=server");
  assert.ok(
    stderr.startsWith(`Warning: ${file}:9:5: spec.hardwareMap: Template debian does not render for Hardware m1: `),
  );
  assert.match(stderr, /spec\.hardwareMap has no device_1: it has device1; is device1 to be device_1\?\n$/);
});

test("a device that nobody has is told where it is typed", async () => {
  const alone = workflow("w5", "debian", "m1", "device_1: 52:54:00:00:00:77").replace("  hardwareRef: m1\n", "");
  const file = await bench.file("nobody.yaml", alone);
  const { stderr } = await bench.run("apply", "-f", file, "--dry-run=server");
  assert.match(
    stderr,
    new RegExp(`^Warning: ${file}:8:15: spec\\.hardwareMap\\.device_1: no Hardware has the worker `),
  );
});

test("what a server does not let be read is told once, and ends nothing", async () => {
  const refused = () => Promise.reject(new Error("secrets is forbidden"));
  const clients = (() => ({ get: refused, list: refused })) as unknown as Clients;
  const kind = kinds.Workflow;
  const resource = { metadata: { name: "w" }, spec: { templateRef: "a" } } as Resource;
  const object = { kind, resource, source: {} } as unknown as ManifestObject;
  let said = "";
  const context = {
    stderr: (text: string) => {
      said += text;
    },
  };
  await warnOfReferences([object, object], { clients, namespace: "default" }, "strict", context);
  assert.match(
    said,
    /^Warning: .*could not be looked at, and they are sent all the same: Error: secrets is forbidden\n$/,
  );
});
