import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rendered } from "../testing/sprig-outcome.ts";
import { tinkerbellFunctions } from "./functions.ts";

const data = { m: { b: { c: "x" }, a: [1, 2] } };
const table: readonly (readonly [string, string])[] = [
  ['{{formatPartition "/dev/sda" 1}} {{formatPartition "/dev/nvme0n1" 2}}', "/dev/sda1 /dev/nvme0n1p2"],
  ['{{formatPartition "/dev/disk/by-id/scsi-1" 3}} {{formatPartition "" 1}}', "/dev/disk/by-id/scsi-1-part3 1"],
  ['{{netmaskToPrefixLength "255.255.255.0"}} {{netmaskToPrefixLength "0.0.0.0"}}', "24 0"],
  ['{{netmaskToPrefixLength "255.255.255.255"}} {{netmaskToPrefixLength "255.0.255.0"}}', "32 0"],
  ['{{netmaskToCIDR "255.255.255.0"}}', "24"],
  ["{{toYaml .m}}", "a:\n- 1\n- 2\nb:\n  c: x"],
  ['{{toYaml "x"}} {{toYaml nil}} {{toYaml true}}', "x null true"],
  [
    '{{toYaml (dict "mode" "0644" "on" "off" "day" "2020-01-01" "size" 1.5)}}',
    'day: "2020-01-01"\nmode: "0644"\n"on": "off"\nsize: 1.5',
  ],
  ['{{(fromYaml "a: [1, yes, 0600, 2020-01-01, 1e3, ~]").a}}', "[1 true 384 2020-01-01 1000 <nil>]"],
  ['{{"a: &x 1\\nb: *x" | fromYaml | toJson}}', '{"a":1,"b":1}'],
  ['{{typeOf (fromYaml "1")}} {{typeOf (fromYaml "[a]")}}', "float64 []interface {}"],
];

for (const [source, expected] of table) {
  test(`${source} renders as Tinkerbell has it`, () => assert.equal(rendered(source, data), expected));
}

const refusals: readonly (readonly [string, string | RegExp])[] = [
  ['{{netmaskToPrefixLength "::1"}}', /^netmask must be IPv4: ::1$/],
  ['{{netmaskToPrefixLength "300.1.1.1"}}', /^invalid netmask format: 300\.1\.1\.1$/],
  ['{{netmaskToPrefixLength "255.255.255.00"}}', /^invalid netmask format/],
  ['{{fromYaml ""}}', /^fromYaml: empty YAML input$/],
  ['{{fromYaml "a: [1"}}', /^fromYaml: error converting YAML to JSON: yaml: /],
  [`{{fromYaml ${JSON.stringify(billionLaughs())}}}`, /^fromYaml: /],
];

for (const [source, expected] of refusals) {
  test(`${source.slice(0, 60)} is refused`, () => assert.match(failure(source), new RegExp(expected)));
}

function billionLaughs(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  return lines.join("\n");
}

test("fromYaml of keys of keys is refused before it costs anything", () => {
  assert.match(
    rendered('{{ fromYaml (repeat 100000 "? ") }}'),
    /line 1, column \d+: .* nested more than 100 levels deep$/,
  );
});

test("fromYaml leaves a MAC address a text, as Go does", () => {
  assert.equal(rendered('{{ (fromYaml "a: 52:54:00:00:00:01").a }}'), "52:54:00:00:00:01");
});

const LEFT_OUT = [
  "now",
  "date",
  "env",
  "expandenv",
  "getHostByName",
  "uuidv4",
  "randAlpha",
  "genPrivateKey",
  "bcrypt",
  "ago",
];

for (const name of LEFT_OUT) {
  test(`${name} needs a clock, chance, the host or cryptography, and is not defined`, () => {
    assert.equal(rendered(`{{${name}}}`), `template: t:1: function "${name}" not defined`);
  });
}

test("the functions of the published templates are all there", () => {
  const used =
    "index formatPartition regexMatch lower contains hasPrefix hasSuffix printf quote replace join toYaml default";
  assert.deepEqual(
    used.split(" ").filter((name) => !tinkerbellFunctions.has(name)),
    [],
  );
});
