// What editors, other tools and YAML's own traps make of manifests: what is told of each, or that it is read as it is meant.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFault, readManifest } from "@neverland/api/manifest";
import { hardware, template, workflow } from "../testing/right-manifests.ts";
import { limitedText } from "./limited-text.ts";
import { checkManifests } from "./manifest-checks.ts";

const told = (text: string): string[] => {
  const manifest = readManifest(text, "site.yaml");
  if (!manifest.ok) return manifest.faults.map(formatFault);
  const { faults, unknown, doubts } = checkManifests(manifest.resources);
  return [...faults, ...unknown, ...doubts].map(formatFault);
};

/** What the slip is, the file, what is changed in it, and what is told. */
const slips: readonly (readonly [what: string, file: string, from: string, to: string, told: string])[] = [
  [
    "a tab for indentation",
    hardware,
    "    - dhcp:\n        mac",
    "    - dhcp:\n\tmac",
    "site.yaml:12:1: no valid YAML: Tabs are not allowed as indentation: indent by spaces",
  ],
  [
    "no-break spaces for indentation, as web pages have them",
    hardware,
    "        hostname: m1",
    "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0hostname: m1",
    "site.yaml:13:19: no valid YAML: Nested mappings are not allowed in compact mappings: there is a blank that is no plain one (U+00A0) in this line or the one before it: type it anew",
  ],
  [
    "a no-break space behind a key",
    hardware,
    "hostname: m1",
    "hostname:\u00a0m1",
    "site.yaml:13:9: no valid YAML: Implicit keys need to be on a single line: there is a blank that is no plain one (U+00A0) in this line or the one before it: type it anew",
  ],
  [
    "typographic quotes",
    hardware,
    '"#cloud-config"',
    "“#cloud-config”",
    "site.yaml:23:13: spec.userData: it has typographic quotes, which are letters like others: write plain ones",
  ],
  [
    "typographic quotes in a template",
    template,
    '"{{.device_1}}"',
    "“{{.device_1}}”",
    "site.yaml:6:9: spec.data: it has typographic quotes, which are letters like others: write plain ones",
  ],
  [
    "a value that a comment eats",
    hardware,
    '"#cloud-config"',
    "#cloud-config",
    "site.yaml:23:3: spec.userData: it is empty: what follows begins with # and is a comment; put it in quotes",
  ],
  [
    "a flag in quotes",
    hardware,
    "allowPXE: true",
    'allowPXE: "true"',
    'site.yaml:22:19: spec.interfaces[0].netboot.allowPXE: expected boolean, found "true": write true, without quotes',
  ],
  [
    "a flag as a number",
    hardware,
    "allowPXE: true",
    "allowPXE: 0",
    "site.yaml:22:19: spec.interfaces[0].netboot.allowPXE: expected boolean, found 0: write false, without quotes",
  ],
  [
    "a host name that YAML takes for a flag",
    hardware,
    "hostname: m1",
    "hostname: on",
    "site.yaml:13:19: spec.interfaces[0].dhcp.hostname: expected string, found on; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a host name that YAML takes for an octal number",
    hardware,
    "hostname: m1",
    "hostname: 007",
    "site.yaml:13:19: spec.interfaces[0].dhcp.hostname: expected string, found 007; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a host name that YAML takes for a number with an exponent",
    hardware,
    "hostname: m1",
    "hostname: 1e3",
    "site.yaml:13:19: spec.interfaces[0].dhcp.hostname: expected string, found 1e3; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a name that is a number",
    hardware,
    "name: m1",
    "name: 42",
    "site.yaml:4:9: metadata.name: expected string, found 42; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "an annotation that is a number",
    hardware,
    "labels:\n    rack: a",
    "annotations:\n    port: 8080",
    "site.yaml:6:11: metadata.annotations.port: expected string, found 8080; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "labels as a list",
    hardware,
    "    rack: a",
    "    - rack",
    'site.yaml:6:5: metadata.labels: expected object, found ["rack"]',
  ],
  [
    "a MAC that is one number",
    hardware,
    "52:54:00:00:00:01",
    "525400000001",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected string, found 525400000001; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a MAC as a switch shows it",
    hardware,
    "52:54:00:00:00:01",
    "5254.0000.0001",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01: write 52:54:00:00:00:01",
  ],
  [
    "a MAC without its zeros",
    hardware,
    "52:54:00:00:00:01",
    "52:54:0:0:0:1",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01: write 52:54:00:00:00:01",
  ],
  [
    "a MAC with the letter O",
    hardware,
    "52:54:00:00:00:01",
    "52:54:00:00:00:O1",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01",
  ],
  [
    "an address with its port",
    hardware,
    "192.168.1.50",
    "192.168.1.50:80",
    'site.yaml:16:20: spec.interfaces[0].dhcp.ip.address: expected an address such as 192.0.2.10, found "192.168.1.50:80"',
  ],
  [
    "an address padded with zeros",
    hardware,
    "192.168.1.50",
    "192.168.001.050",
    'site.yaml:16:20: spec.interfaces[0].dhcp.ip.address: expected an address such as 192.0.2.10, found "192.168.001.050"',
  ],
  [
    "an address in a list",
    hardware,
    "192.168.1.50",
    "[192.168.1.50]",
    'site.yaml:16:20: spec.interfaces[0].dhcp.ip.address: expected string, found ["192.168.1.50"]',
  ],
  [
    "a mask as a prefix",
    hardware,
    "255.255.255.0",
    "/24",
    'site.yaml:17:20: spec.interfaces[0].dhcp.ip.netmask: expected a netmask such as 255.255.255.0, found "/24": write 255.255.255.0',
  ],
  [
    "a mask as a number to base 16",
    hardware,
    "255.255.255.0",
    "0xffffff00",
    "site.yaml:17:20: spec.interfaces[0].dhcp.ip.netmask: expected string, found 0xffffff00; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "name servers that are no list",
    hardware,
    "name_servers:\n          - 192.168.1.1",
    "name_servers: 192.168.1.1",
    'site.yaml:19:23: spec.interfaces[0].dhcp.name_servers: expected list, found "192.168.1.1": put "- " before it, in a line of its own',
  ],
  [
    "name servers with a comma",
    hardware,
    "- 192.168.1.1",
    "- 192.168.1.1, 1.1.1.1",
    'site.yaml:20:13: spec.interfaces[0].dhcp.name_servers[0]: expected an address such as 192.0.2.10, found "192.168.1.1, 1.1.1.1"',
  ],
  [
    "interfaces that are no list",
    hardware,
    "    - dhcp:",
    "      dhcp:",
    'site.yaml:11:7: spec.interfaces: expected list, found {"dhcp":{"mac":"52:54:00:00:00:01","hostname":"m1","lease_ti: put "- " before its first key',
  ],
  [
    "netboot below dhcp",
    hardware,
    "      netboot:\n        allowPXE: true",
    "        netboot:\n          allowPXE: true",
    'site.yaml:21:9: unknown field "spec.interfaces[0].dhcp.netboot"',
  ],
  [
    "a lease with its unit",
    hardware,
    "86400",
    "24h",
    'site.yaml:14:21: spec.interfaces[0].dhcp.lease_time: expected number, found "24h": seconds are written as a number alone: 86400',
  ],
  [
    "a lease in words",
    hardware,
    "86400",
    "5 min",
    'site.yaml:14:21: spec.interfaces[0].dhcp.lease_time: expected number, found "5 min": seconds are written as a number alone: 300',
  ],
  [
    "a lease in quotes",
    hardware,
    "86400",
    '"86400"',
    'site.yaml:14:21: spec.interfaces[0].dhcp.lease_time: expected number, found "86400": write 86400, without quotes',
  ],
  [
    "a disk of Windows",
    hardware,
    "/dev/sda",
    "C:\\",
    'site.yaml:9:15: spec.disks[0].device: expected a disk\'s path such as /dev/sda, found "C:\\\\"',
  ],
  [
    "two objects without a line of dashes between them, as far as kinds go",
    hardware,
    "kind: Hardware",
    "kind: Hardware\nkind: Template",
    'site.yaml:3:1: no valid YAML: Map keys must be unique: "kind" is here for the second time',
  ],
  [
    "four dashes",
    hardware,
    "apiVersion",
    "----\napiVersion",
    "site.yaml:1:1: no valid YAML: Implicit keys need to be on a single line: a line of three dashes alone, at its beginning, parts two documents",
  ],
  [
    "a line of dashes that is indented",
    hardware,
    "spec:",
    " ---\nspec:",
    "site.yaml:7:1: no valid YAML: All mapping items must start at the same column: a line of three dashes alone, at its beginning, parts two documents",
  ],
  [
    "no colon",
    hardware,
    "hostname: m1",
    "hostname m1",
    "site.yaml:13:9: no valid YAML: Implicit keys need to be on a single line: this line has no `key: value` with a colon and a blank, or it or the one before it is indented otherwise than those around it",
  ],
  [
    "no blank after a colon",
    hardware,
    "hostname: m1",
    "hostname:m1",
    "site.yaml:13:9: no valid YAML: Implicit keys need to be on a single line: this line has no `key: value` with a colon and a blank, or it or the one before it is indented otherwise than those around it",
  ],
  [
    "a line one blank short",
    hardware,
    "        hostname",
    "       hostname",
    "site.yaml:13:1: no valid YAML: All mapping items must start at the same column: this line is indented otherwise than those around it, or a list and a mapping are mixed",
  ],
  [
    "a line indented further",
    hardware,
    "        hostname",
    "          hostname",
    "site.yaml:12:14: no valid YAML: Nested mappings are not allowed in compact mappings: a value with a colon and a blank in it goes in quotes; or the next line is indented further than its neighbours",
  ],
  [
    "a colon in a value",
    hardware,
    '"#cloud-config"',
    "a: b",
    "site.yaml:23:13: no valid YAML: Nested mappings are not allowed in compact mappings: a value with a colon and a blank in it goes in quotes; or the next line is indented further than its neighbours",
  ],
  [
    "a value that begins with @",
    hardware,
    "hostname: m1",
    "hostname: @m1",
    "site.yaml:13:19: no valid YAML: Plain value cannot start with reserved character @: put the value in quotes",
  ],
  [
    "a value that begins with *",
    hardware,
    "hostname: m1",
    "hostname: *",
    "site.yaml:13:19: no valid YAML: Alias cannot be an empty string: a value that begins with * or & goes in quotes",
  ],
  [
    "a merge key of a text",
    hardware,
    "        hostname: m1",
    "        <<: m1",
    "site.yaml:13:13: no valid YAML: a merge key (<<) takes a mapping or a list of mappings",
  ],
  [
    "a merge key that brings a field that there is not",
    hardware,
    "        hostname: m1",
    "        <<: {hostnme: b}",
    'site.yaml:12:9: unknown field "spec.interfaces[0].dhcp.hostnme"; did you mean "hostname"?',
  ],
  [
    "apiVersion in other letters",
    hardware,
    "apiVersion:",
    "apiversion:",
    "site.yaml:1:1: apiVersion: expected string, but it is missing; is apiversion to be apiVersion?",
  ],
  [
    "the version of Kubernetes' core",
    hardware,
    "tinkerbell.org/v1alpha1",
    "v1",
    "site.yaml:1:13: apiVersion: there is no Hardware in v1; it is in tinkerbell.org/v1alpha1",
  ],
  [
    "a kind of the other group",
    hardware,
    "kind: Hardware",
    "kind: Machine",
    "site.yaml:1:13: apiVersion: there is no Machine in tinkerbell.org/v1alpha1; it is in bmc.tinkerbell.org/v1alpha1",
  ],
  [
    "a kind in lower case",
    hardware,
    "kind: Hardware",
    "kind: hardware",
    "site.yaml:2:7: kind: there is no hardware in tinkerbell.org/v1alpha1; did you mean Hardware?",
  ],
  [
    "a kind in the plural",
    workflow,
    "kind: Workflow",
    "kind: workflows",
    "site.yaml:2:7: kind: there is no workflows in tinkerbell.org/v1alpha1; did you mean Workflow?",
  ],
  [
    "a kind by its short name",
    hardware,
    "kind: Hardware",
    "kind: hw",
    "site.yaml:2:7: kind: there is no hw in tinkerbell.org/v1alpha1; did you mean Hardware?",
  ],
  [
    "a list in lower case",
    hardware,
    "tinkerbell.org/v1alpha1\nkind: Hardware",
    "v1\nkind: list",
    "site.yaml:2:7: kind: there is no list in v1; did you mean List?",
  ],
  [
    "kustomize's own file",
    hardware,
    "tinkerbell.org/v1alpha1\nkind: Hardware",
    "kustomize.config.k8s.io/v1beta1\nkind: Kustomization",
    "site.yaml:2:7: kind: there is no Kustomization in kustomize.config.k8s.io/v1beta1; this is kustomize's own file: kubectl kustomize DIR | tink apply -f -",
  ],
  [
    "a value of Helm's that was not filled in",
    hardware,
    "name: m1",
    "name: {{ .Values.name }}",
    "site.yaml:4:10: no valid YAML: a key must be a text, not a mapping: a value that begins with { or [ goes in quotes",
  ],
  [
    "a variable that was not filled in",
    hardware,
    "name: m1",
    "name: $(NAME)",
    "site.yaml:4:9: metadata.name: Invalid value: \"$(NAME)\": must be a lower case DNS name of at most 253 letters, digits, '-' and '.', such as machine-1",
  ],
  [
    "a namespace that is a number",
    hardware,
    "  name: m1",
    "  name: m1\n  namespace: 1",
    "site.yaml:5:14: metadata.namespace: expected string, found 1; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a timeout with its unit",
    template,
    "timeout: 90",
    "timeout: 5 min",
    "site.yaml:18:22: tasks[0].actions[0].timeout: must be a whole number of seconds, not negative: write 300",
  ],
  [
    "a global timeout with its unit",
    template,
    "global_timeout: 600",
    "global_timeout: 1h",
    "site.yaml:9:21: global_timeout: must be a whole number of seconds, not negative: write 3600",
  ],
  [
    "a template that is folded",
    template,
    "data: |",
    "data: >",
    "site.yaml:6:9: spec.data: > makes one line of several, which is no template: write | in its place",
  ],
  [
    "a device as a function",
    template,
    "{{.device_1}}",
    "{{ device_1 }}",
    'site.yaml:12:21: template: t1:6: function "device_1" not defined',
  ],
  [
    "a command that is no list",
    template,
    "            timeout: 90",
    "            timeout: 90\n            command: ls -l",
    "site.yaml:19:22: tasks[0].actions[0].command: must be a list",
  ],
  [
    "an environment that is a list",
    template,
    "              DEST_DISK:",
    "              - DEST_DISK:",
    "site.yaml:20:15: tasks[0].actions[0].environment: must be a mapping",
  ],
  [
    "an image with its protocol",
    template,
    "image2disk:latest",
    "https://quay.io/a/b:v1",
    "site.yaml:17:20: tasks[0].actions[0].image: action write has no valid image (https://quay.io/a/b:v1): invalid reference format",
  ],
  [
    "a device that is a number",
    workflow,
    "52:54:00:00:00:01",
    "525400000001",
    "site.yaml:9:15: spec.hardwareMap.device_1: expected string, found 525400000001; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a reference as an object",
    workflow,
    "templateRef: t1",
    "templateRef: {name: t1}",
    'site.yaml:6:16: spec.templateRef: expected string, found {"name":"t1"}',
  ],
];

for (const [what, file, from, to, expected] of slips)
  test(what, () => {
    assert.ok(file.includes(from));
    assert.deepEqual(told(file.replace(from, to)), [expected]);
  });

test("there are forty", () => assert.ok(slips.length >= 40, `${slips.length}`));

/** As it is meant: so many objects, and nothing to say. */
const harmless: readonly (readonly [what: string, text: string, objects: number])[] = [
  ["lines end as on Windows", hardware.replaceAll("\n", "\r\n"), 1],
  ["a template's lines end as on Windows", template.replaceAll("\n", "\r\n"), 1],
  ["a byte order mark", `\uFEFF${hardware}`, 1],
  ["a tab behind a key", hardware.replace("mac: 52", "mac:\t52"), 1],
  ["yes and On for a flag", hardware.replace("allowPXE: true", "allowPXE: On"), 1],
  ["a MAC that is no number to base 60", hardware.replace("52:54:00:00:00:01", "10:11:22:33:44:55"), 1],
  ["a MAC of digits that begins with zeros", hardware.replace("52:54:00:00:00:01", "00:11:22:33:44:55"), 1],
  ["empty documents and comments", `---\n---\n# c\n---\n${hardware}---\n\n---\n`, 1],
  ["a comma after JSON's last member", '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"m1",},}', 1],
  ["an empty List", "apiVersion: v1\nkind: List\nitems: []\n", 0],
  ["an anchor and its alias", hardware.replace("- 192.168.1.1", "- &dns 192.168.1.1\n          - *dns"), 1],
];
for (const [what, text, objects] of harmless)
  test(`${what}: nothing is told`, () => {
    const manifest = readManifest(text, "site.yaml");
    assert.equal(manifest.ok && manifest.resources.length, objects);
    assert.deepEqual(told(text), []);
  });

test("JSON objects one after another, as jq prints them, are several, and faults have their lines", () => {
  const object = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { a: '}{ "' } } });
  const pretty = [object("a"), object("b")].map((one) => JSON.stringify(one, null, 2)).join("\n");
  const compact = [object("a"), object("b"), object("c")].map((one) => JSON.stringify(one)).join("\n");
  for (const [text, names] of [
    [pretty, ["a", "b"]],
    [compact, ["a", "b", "c"]],
    [compact.replaceAll("\n", ""), ["a", "b", "c"]],
  ] as const) {
    const manifest = readManifest(
      text.replaceAll(/"labels":\s*\{[^\n]*?"\}\s*/g, (whole) => whole),
      "site.yaml",
    );
    assert.deepEqual(manifest.ok && manifest.resources.map(({ resource }) => resource.metadata.name), names);
  }
  assert.deepEqual(told(pretty.replace('"name": "b"', '"nmae": "b"')), [
    "site.yaml:14:15: metadata.name: expected a name",
  ]);
});

test("UTF-16 with its mark, as PowerShell writes it, is read", async () => {
  const little = Buffer.from(`\uFEFF${hardware}`, "utf16le");
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    const text = await limitedText(pieces(bytes), new AbortController().signal);
    assert.deepEqual(told(text), []);
    assert.equal(readManifest(text, "site.yaml").ok, true);
  }
});

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

test("a file that begins with a list, or is a List without one, says so", () => {
  assert.match(told("- apiVersion: v1\n  kind: Namespace\n")[0] ?? "", /several are parted by lines of three dashes/);
  for (const [items, said] of [
    ["", "site.yaml:1:1: items: expected list, but it is missing"],
    ["items:\n", "site.yaml:3:7: items: expected list, but it is missing"],
    ["items:\n  kind: Namespace\n", "site.yaml:4:3: items: expected list, found one thing"],
  ] as const)
    assert.deepEqual(told(`apiVersion: v1\nkind: List\n${items}`), [`${said}: put "- " before each object`]);
});
