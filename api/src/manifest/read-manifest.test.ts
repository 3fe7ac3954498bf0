import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFault } from "./manifest-fault.ts";
import { readManifest } from "./read-manifest.ts";

const head = (kind: string, name = "a") =>
  `apiVersion: tinkerbell.org/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;

function faultsOf(text: string): string[] {
  const manifest = readManifest(text, "site.yaml");
  assert.equal(manifest.ok, false);
  return manifest.ok ? [] : manifest.faults.map(formatFault);
}

function resourcesOf(text: string) {
  const manifest = readManifest(text, "site.yaml");
  assert.deepEqual(manifest.ok ? [] : manifest.faults, []);
  return manifest.ok ? manifest.resources : [];
}

test("reads every document and leaves out empty ones", () => {
  const text = `---\n${head("Hardware", "m1")}---\n# nothing here\n---\n${head("Template", "t1")}spec:\n  data: |\n    x: 1\n`;
  const read = resourcesOf(text);
  assert.deepEqual(
    read.map(({ kind, resource }) => [kind.kind, resource.metadata.name]),
    [
      ["Hardware", "m1"],
      ["Template", "t1"],
    ],
  );
  assert.deepEqual(read[1]?.resource.spec, { data: "x: 1\n" });
});

test("reads JSON, which is YAML too", () => {
  const [one] = resourcesOf('{"apiVersion":"tinkerbell.org/v1alpha1","kind":"Template","metadata":{"name":"a"}}');
  assert.equal(one?.resource.kind, "Template");
});

test("an empty text holds no resources", () => {
  assert.deepEqual(resourcesOf(""), []);
});

test("an unquoted MAC address is text, not a number to base 60", () => {
  const [one] = resourcesOf(`${head("Hardware")}spec:\n  interfaces:\n  - dhcp:\n      mac: 52:54:00:00:00:01\n`);
  assert.deepEqual(one?.resource.spec, { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" } }] });
});

test("unknown fields are kept", () => {
  const [one] = resourcesOf(`${head("Hardware")}spec:\n  later:\n    a: [1, 2]\n`);
  assert.deepEqual(one?.resource.spec, { later: { a: [1, 2] } });
});

test("a fault names file, line, column, field and what was expected", () => {
  const text = `${head("Hardware")}spec:\n  interfaces:\n  - dhcp:\n      mac: 52-54-00-00-00-01\n      lease_time: soon\n`;
  assert.deepEqual(faultsOf(text), [
    "site.yaml:8:12: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01: write 52:54:00:00:00:01",
    'site.yaml:9:19: spec.interfaces[0].dhcp.lease_time: expected number, found "soon"',
  ]);
});

test("the words that YAML 1.1 takes for booleans are named as a trap", () => {
  const text = `${head("Hardware")}spec:\n  metadata:\n    facility:\n      facility_code: no\n`;
  assert.deepEqual(faultsOf(text), [
    "site.yaml:8:22: spec.metadata.facility.facility_code: expected string, found no; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ]);
});

test("a word that was taken for a number is shown as it is written", () => {
  for (const word of [".inf", ".nan", "0600", "0x1F"])
    assert.match(
      faultsOf(head("Hardware", word))[0] ?? "",
      new RegExp(`metadata.name: expected string, found ${word};`),
    );
});

test("one fault anywhere and nothing is handed out", () => {
  const text = `${head("Template")}---\n${head("Nothing", "b")}`;
  const faults = faultsOf(text);
  assert.equal(faults.length, 1);
  assert.match(
    faults[0] ?? "",
    /^site\.yaml:7:7: kind: there is no Nothing in tinkerbell\.org\/v1alpha1; there are Hardware/,
  );
});

test("a document without a header says what is missing", () => {
  assert.deepEqual(faultsOf("kind: Hardware\nmetadata: {name: a}\n"), [
    "site.yaml:1:1: apiVersion: expected string, but it is missing",
  ]);
  assert.deepEqual(faultsOf("- a\n- b\n"), [
    "site.yaml:1:1: expected a resource: an object with apiVersion and kind; several are parted by lines of three dashes, or are the items of a List",
  ]);
  assert.match(
    faultsOf("apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {}\n")[0] ?? "",
    /metadata\.name: expected a name/,
  );
});

const indented = (text: string) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`;
const list = (...items: string[]) => `apiVersion: v1\nkind: List\nitems:\n${items.map(indented).join("")}`;

test("the items of a List are resources, beside other documents", () => {
  const text = `${list(head("Hardware", "m1"), head("Template", "t1"))}metadata:\n  resourceVersion: ""\n---\n${head("Template", "t2")}`;
  assert.deepEqual(
    resourcesOf(text).map(({ kind, resource }) => [kind.kind, resource.metadata.name]),
    [
      ["Hardware", "m1"],
      ["Template", "t1"],
      ["Template", "t2"],
    ],
  );
});

test("a kind's own List is one too, and may be empty", () => {
  const typed = list(head("Template")).replace("v1\nkind: List", "tinkerbell.org/v1alpha1\nkind: TemplateList");
  assert.equal(resourcesOf(typed)[0]?.resource.metadata.name, "a");
  assert.deepEqual(resourcesOf("apiVersion: v1\nkind: List\nitems: []\n"), []);
});

test("faults within a List's items name their line, column and item", () => {
  const bad = `${head("Hardware")}spec:\n  interfaces:\n  - dhcp:\n      mac: 52-54\n`;
  const unnamed = "apiVersion: tinkerbell.org/v1alpha1\nkind: Template\nmetadata: {}\n";
  assert.deepEqual(faultsOf(list(head("Template"), bad, unnamed, "just text")), [
    "site.yaml:15:14: items[1].spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01",
    "site.yaml:18:13: items[2].metadata.name: expected a name",
    "site.yaml:19:3: items[3]: expected a resource: an object with apiVersion and kind",
  ]);
});

test("what the server keeps of an object is left out, whatever it is, and what its author wrote is kept", () => {
  const exported = `${head("Template")}  uid: u\n  resourceVersion: "7"\n  generation: 2\n  creationTimestamp: "2026-05-01T12:00:00Z"
  selfLink: /x\n  managedFields: [{manager: m, fieldsV1: 3}]\n  labels: {rack: a}\n  finalizers: [a/b]
  annotations: {note: x, kubectl.kubernetes.io/last-applied-configuration: "{}"}
spec: {data: x}\nstatus: {state: of another version}\n`;
  assert.deepEqual(resourcesOf(exported)[0]?.resource, {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Template",
    metadata: { name: "a", labels: { rack: "a" }, finalizers: ["a/b"], annotations: { note: "x" } },
    spec: { data: "x" },
  });
});

test("broken YAML is a fault at its place", () => {
  assert.match(faultsOf(`${head("Template")}spec: [1, 2\n`)[0] ?? "", /^site\.yaml:\d+:\d+: no valid YAML: /);
  assert.match(faultsOf("a: 1\na: 2\n")[0] ?? "", /^site\.yaml:2:1: no valid YAML: .*unique/);
});

test("aliases that multiply are refused", () => {
  const bomb = [
    "a: &a [x, x, x, x, x, x, x, x, x, x]",
    "b: &b [*a, *a, *a, *a, *a, *a, *a]",
    "c: &c [*b, *b, *b, *b, *b, *b]",
    "d: [*c, *c, *c, *c, *c, *c]",
  ];
  assert.match(faultsOf(bomb.join("\n"))[0] ?? "", /alias/i);
});
