import assert from "node:assert/strict";
import { test } from "node:test";
import { hardware, ubuntuTemplate } from "../testing/ubuntu-template.ts";
import { parseTemplate, type RenderResult, renderTemplate } from "./render-template.ts";
import type { WorkflowDocument } from "./workflow-document.ts";

const hardwareMap = { device_1: "52:54:00:12:34:56" };

function documentOf(result: RenderResult): WorkflowDocument {
  assert.ok(result.ok, JSON.stringify(result));
  return result.document;
}
/** Renders one expression as the name of a workflow. */
function shown(expression: string, references?: Record<string, Record<string, unknown>>): string {
  const data = `name: >-\n  ${expression}\ntasks: [{name: t, worker: w, actions: [{name: a, image: i}]}]`;
  return documentOf(renderTemplate({ name: "x", data, hardware, hardwareMap, references })).name;
}
function problemsOf(data: string): string[] {
  const result = renderTemplate({ name: "x", data, hardware, hardwareMap });
  return result.ok ? [] : result.problems.map((p) => `${p.in} ${p.line}:${p.column} ${p.field}: ${p.message}`);
}

test("the published kind of template becomes a document", () => {
  const document = documentOf(renderTemplate({ name: "ubuntu", data: ubuntuTemplate, hardware, hardwareMap }));
  assert.equal(document.globalTimeoutSeconds, 1800);
  assert.deepEqual(document.tasks[0]?.actions.at(-1), {
    name: "kexec into os",
    image: "waitdaemon",
    timeoutSeconds: 0,
    command: [],
    volumes: ["/worker:/worker"],
    environment: { BLOCK_DEVICE: "/dev/nvme0n1p1", MAC: "52-54-00-12-34-56", WAIT_SECONDS: "5" },
    pid: "host",
    onTimeout: [],
    onFailure: [],
  });
});

test("environment values keep the spelling of the template", () => {
  const document = documentOf(renderTemplate({ name: "ubuntu", data: ubuntuTemplate, hardware, hardwareMap }));
  const [image, netplan] = document.tasks[0]?.actions ?? [];
  assert.equal(image?.environment.COMPRESSED, "true");
  assert.deepEqual(
    [netplan?.environment.MODE, netplan?.environment.DIRMODE, netplan?.environment.UID],
    ["0644", "0755", "0"],
  );
});

test("a literal block keeps its lines and what was rendered into them", () => {
  const document = documentOf(renderTemplate({ name: "ubuntu", data: ubuntuTemplate, hardware, hardwareMap }));
  const contents = document.tasks[0]?.actions[1]?.environment.CONTENTS ?? "";
  assert.ok(contents.includes("- 192.0.2.10/24\n") && contents.includes("[192.0.2.53,192.0.2.54]\n"), contents);
});

const values: readonly (readonly [string, string])[] = [
  ["{{ (index .Hardware.Interfaces 0).DHCP.UEFI }}", "true"],
  ["{{ (index .Hardware.Interfaces 0).DHCP.VLANID }}", "12"],
  ["{{ (index .Hardware.Interfaces 0).DHCP.LeaseTime }}", "86400"],
  ["{{ (index .Hardware.Interfaces 0).Netboot.IPXE.URL }}", "http://192.0.2.1/a.ipxe"],
  ["{{ (index .Hardware.Interfaces 0).Netboot.AllowPXE }}", "true"],
  ["{{ (index .Hardware.Interfaces 1).DisableDHCP }}", "true"],
  ["{{ (index .Hardware.Interfaces 1).DHCP.IP }}", "<nil>"],
  ["{{ .Hardware.Metadata.Instance.CryptedRootPassword }}", "$6$x"],
  ["{{ index .Hardware.Metadata.Instance.SSHKeys 0 }}", "ssh-ed25519 AAAA"],
  ["{{ (index .Hardware.Metadata.Instance.Ips 0).Address }}", "192.0.2.10"],
  ["{{ .Hardware.Metadata.Instance.OperatingSystem.OsSlug }}", "debian_13"],
  ["{{ (index (index .Hardware.Metadata.Instance.Storage.Disks 0).Partitions 0).Label }}", "ROOT"],
  ["{{ .Hardware.UserData | trim }}", "#cloud-config"],
  ["{{ .Hardware.VendorData }}|", "|"],
  ["{{ len .Hardware.Interfaces }} {{ .hardware.metadata.name }}", "2 machine1"],
  ['{{ index .hardware.metadata.labels "rack" }}', "r1"],
  ["{{ (index .hardware.spec.interfaces 0).dhcp.lease_time }}", "86400"],
  ["{{ .device_1 }}", "52:54:00:12:34:56"],
  ["{{ .references.lvm.spec.size }}", "10"],
  [
    "{{ typeOf .Hardware }} {{ typeOf (index .Hardware.Interfaces 0) }}",
    "workflow.templateHardwareData tinkerbell.Interface",
  ],
  ["{{ toJson (index .Hardware.Interfaces 1) }}", '{"dhcp":{"mac":"52:54:00:12:34:57"},"disableDhcp":true}'],
];
for (const [expression, expected] of values) {
  test(`${expression} is ${expected}`, () => {
    assert.equal(shown(expression, { lvm: { spec: { size: 10 } } }), expected);
  });
}

test("Hardware, hardware and references win over entries of hardwareMap", () => {
  const data = "name: '{{ .hardware.metadata.name }}'\ntasks: [{name: t, worker: w, actions: [{name: a, image: i}]}]";
  const map = { Hardware: "x", hardware: "x", references: "x" };
  assert.equal(documentOf(renderTemplate({ name: "x", data, hardware, hardwareMap: map })).name, "machine1");
});

const failures: readonly (readonly [string, string])[] = [
  [
    "name: {{ .nope }}",
    'template 1:10 : template: x:1:9: executing "x" at <.nope>: map has no entry for key "nope": the workflow\'s spec.hardwareMap has no nope: it has device_1',
  ],
  [
    "a\n{{ (index .Hardware.Interfaces 1).DHCP.IP.Address }}",
    'template 2:32 : template: x:2:31: executing "x" at <1>: nil pointer evaluating *tinkerbell.IP.Address: what the template reads there has no value: look at the Hardware and at the workflow\'s hardwareMap, or guard it with {{ if }} or {{ with }}',
  ],
  [
    "{{ .Hardware.Disk }}",
    'template 1:13 : template: x:1:12: executing "x" at <.Hardware.Disk>: can\'t evaluate field Disk in type interface {}',
  ],
  ["\n{{ if }}", "template 2:7 : template: x:2: missing value for if"],
  ["{{ nope 1 }}", 'template 1:4 : template: x:1: function "nope" not defined'],
];
for (const [data, expected] of failures) {
  test(`${JSON.stringify(data)} fails with its place`, () => assert.deepEqual(problemsOf(data), [expected]));
}

test("without a Hardware its fields are empty, and its map has no such key", () => {
  const data = "{{ .Hardware.UserData }}{{ .hardware.spec.userData }}";
  const result = renderTemplate({ name: "x", data, hardwareMap: {} });
  assert.ok(!result.ok);
  assert.match(
    result.problems[0]?.message ?? "",
    /<\.hardware\.spec\.userData>: map has no entry for key "userData": the workflow names no Hardware \(spec\.hardwareRef\), so that \.hardware is empty$/,
  );
});

const bare = {
  metadata: { name: "m1" },
  spec: { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" } }], disks: [{ device: "/dev/sda" }] },
};
const absences: readonly (readonly [string, Parameters<typeof renderTemplate>[0]["hardware"], RegExp])[] = [
  [
    "{{ index .Hardware.Disks 0 }}",
    undefined,
    /out of range: the workflow names no Hardware \(spec\.hardwareRef\), so that \.Hardware is empty$/,
  ],
  [
    "{{ index .Hardware.Disks 0 }}",
    { metadata: { name: "m1" }, spec: {} },
    /out of range: Hardware m1 has no disks \(spec\.disks\)$/,
  ],
  [
    "{{ index .Hardware.Disks 2 }}",
    bare,
    /out of range: 2: Hardware m1 has 1 of disks \(spec\.disks\), counted from 0$/,
  ],
  [
    "{{ formatPartition (index .Hardware.Disks 1) 1 }}",
    bare,
    /Hardware m1 has 1 of disks \(spec\.disks\), counted from 0$/,
  ],
  [
    "{{ $.Hardware.Metadata.Instance.ID }}",
    bare,
    /nil pointer evaluating .*: Hardware m1 has no metadata \(spec\.metadata\)$/,
  ],
  [
    "{{ .hardware.spec.metadata.instance.id }}",
    bare,
    /map has no entry .*: Hardware m1 has no metadata \(spec\.metadata\)$/,
  ],
  [
    "{{ with .Hardware }}{{ index .Disks 3 }}{{ end }}",
    bare,
    /out of range: 3: what the template reads there has no value/,
  ],
];
for (const [data, machine, expected] of absences) {
  test(`what ${data} lacks is said in words of the resources: ${expected}`, () => {
    const result = renderTemplate({ name: "x", data, hardware: machine, hardwareMap: {} });
    assert.ok(!result.ok);
    assert.match(result.problems[0]?.message ?? "", expected);
  });
}

test("parseTemplate finds syntax errors without any data", () => {
  assert.deepEqual(parseTemplate({ name: "x", data: ubuntuTemplate }), []);
  const [problem] = parseTemplate({ name: "x", data: "a: b\nname: {{ .device_1" });
  assert.deepEqual(problem, {
    in: "template",
    line: 2,
    column: 19,
    field: "",
    message: "template: x:2: unclosed action",
  });
});
