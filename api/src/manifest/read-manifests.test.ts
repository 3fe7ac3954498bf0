import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManifestError, readManifests } from "./read-manifests.ts";

function faultsOf(text: string): string[] {
  try {
    readManifests([{ file: "a.yaml", text }]);
    return [];
  } catch (error) {
    assert.ok(error instanceof ManifestError);
    return error.message.split("\n");
  }
}

const hardware = `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata:
  name: a
spec:
  unknownField: kept
  interfaces:
    - dhcp:
        mac: "52:54:00:00:00:01"
`;

test("reads every document, and keeps fields it does not know", () => {
  const objects = readManifests([
    { file: "a.yaml", text: `${hardware}---\n---\n${hardware.replace("name: a", "name: b")}` },
  ]);
  assert.deepEqual(
    objects.map((object) => object.metadata.name),
    ["a", "b"],
  );
  assert.equal(JSON.stringify(objects[0]?.spec).includes('"unknownField":"kept"'), true);
});

test("reads the items of a List", () => {
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Template", metadata: { name: "t" } }],
  });
  assert.equal(readManifests([{ file: "a.json", text }]).length, 1);
});

// What is wrong, and the line that says so.
const cases: readonly [name: string, text: string, fault: RegExp][] = [
  [
    "a wrong MAC",
    hardware.replace("52:54:00:00:00:01", "52-54"),
    /^a\.yaml:9:14: spec\.interfaces\[0\]\.dhcp\.mac: expected a MAC address .*\(given: "52-54"\)$/,
  ],
  [
    "a wrong type",
    hardware.replace("interfaces:\n    - dhcp:", "interfaces:\n    - disableDhcp: 3\n      dhcp:"),
    /^a\.yaml:8:20: spec\.interfaces\[0\]\.disableDhcp: .*expected boolean.*\(given: 3\)$/,
  ],
  [
    "a missing name",
    hardware.replace("  name: a\n", "  labels: {}\n"),
    /^a\.yaml:4:3: metadata\.name: expected the object's name \(nothing is given\)$/,
  ],
  [
    "an unknown kind",
    hardware.replace("kind: Hardware", "kind: Hardwear"),
    /^a\.yaml:2:7: kind: Hardwear of tinkerbell\.org\/v1alpha1 is not known; known are Hardware/,
  ],
  ["broken YAML", hardware.replace("  name: a", "  name: [a"), /^a\.yaml:\d+:\d+: not valid YAML: /],
  ["a bad name", hardware.replace("name: a", "name: A_b"), /^a\.yaml:4:9: metadata\.name: expected lower-case letters/],
  ["no object", "just text", /^a\.yaml:1:1: .*expected object/],
];
for (const [name, text, fault] of cases) {
  test(`${name} is told with its place and what was expected`, () => assert.match(faultsOf(text)[0] ?? "", fault));
}

test("one fault anywhere gives no object at all, and every fault is told", () => {
  assert.equal(
    faultsOf(
      `${hardware}---\n${hardware.replace("kind: Hardware", "kind: X")}---\n${hardware.replace("name: a", "name: ''")}`,
    ).length,
    2,
  );
});

test("an alias bomb is refused", () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
    .split("")
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[at]}`).join(",")}]`)
    .join("\n")}\n`;
  assert.match(faultsOf(bomb)[0] ?? "", /not valid YAML|expected/);
});

test("no text makes it throw anything else", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((noise) => hardware.replace("kept", noise)),
      ),
      (text) => void faultsOf(text),
    ),
  );
});
