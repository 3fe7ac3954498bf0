// tink get beside Debian's kubectl, on the same objects: byte for byte.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kinds } from "@neverland/api";
import { assertSame, runKubectl } from "../../testing/beside-kubectl.ts";
import { type CliBench, openCliBench } from "../../testing/cli-bench.ts";
import { hardwareYaml, templateYaml, workflowYaml } from "../../testing/manifests.ts";

let bench: CliBench;
let manifests: string;
before(async () => {
  bench = await openCliBench();
  const [a, b] = ["52:54:00:bb:00:01", "52:54:00:bb:00:02"];
  const texts = [
    hardwareYaml("m1", a, "{rack: a, example.org/tier: gold, n10: p, n9: q}"),
    hardwareYaml("m2", b, "{rack: b}"),
    templateYaml("t1"),
    workflowYaml("w1", "t1", "m1", a),
  ];
  manifests = await bench.file("all.yaml", texts.join("---\n"));
  const { code, stderr } = await bench.run("apply", "-f", manifests);
  assert.equal(code, 0, stderr);
  const isRendered = (found?: { status?: { state?: string | undefined } }) => found?.status?.state === "PENDING";
  const deadline = AbortSignal.timeout(20_000);
  await bench.clients(kinds.Workflow).waitFor({ namespace: "default", name: "w1" }, isRendered, deadline);
  const key = { namespace: "default", name: "t1" };
  await bench.clients(kinds.Template).waitFor(key, (found) => found?.status?.state === "Ready", deadline);
  await bench.clients(kinds.Template).create({ metadata: { name: "odd" }, spec: { data: odd.join("x"), odd } });
});
after(() => bench.close());

/** What a writer of YAML may get wrong. */
const odd = [
  ...[
    "",
    " lead",
    "trail ",
    "null",
    "1e3",
    "~",
    "- x",
    "é ünï",
    "tab\there",
    "q'q",
    'd"d',
    "0x1f",
    "12:30:45",
    "2026-01-02",
  ],
  ...[
    "2026-02-30",
    "<<",
    "*a",
    "&b",
    "!c",
    "%d",
    "@e",
    "`f",
    "{g",
    "[h",
    ",i",
    "?j",
    "a: ",
    "a #b",
    "a:b",
    "=",
    ".5",
    "1_000",
  ],
  ...[
    "on",
    "y",
    "Y ",
    "emoji 😀",
    "line1\nline2\n\n",
    "\n",
    "  x\ny",
    "a \nb",
    "a\u0001b",
    "---",
    "...x",
    "08",
    "0o7",
    "+.inf",
  ],
  ..."words that go on and on until they are beyond eighty columns, where kubectl begins a new line".split("|"),
  ..."words that go on: and 'on' until they are beyond eighty columns, where kubectl begins a new line".split("|"),
  ..."words that go on\tand on until they are beyond eighty columns, where kubectl   begins a new line".split("|"),
];

const lines: readonly string[] = [
  "get hw",
  "get hw,tpl,wf",
  "get hw m1 m2",
  "get hw/m1 tpl/t1 hw/m2",
  "get hw --show-labels",
  "get hw -L rack,example.org/tier",
  "get hw -A -o wide",
  "get wf -o wide --no-headers",
  "get all",
  "get all -A",
  "get hw --sort-by=.metadata.labels.rack",
  "get hw --sort-by={.metadata.uid} -o name",
  "get hw -l rack=b",
  "get hw -l rack=none",
  "get wf,hw -n nowhere",
  "get hw --show-kind",
  "get hw -o name",
  "get tpl,hw -o name",
  "get hw -o custom-columns=NAME:.metadata.name,Rack:.metadata.labels.rack,MAC:.spec.interfaces[*].dhcp.mac,X:.spec.x",
  "get hw -o custom-columns=N:metadata.name --no-headers",
  "get hw -o jsonpath={.items[*].metadata.name}",
  "get hw m1 -o jsonpath={.metadata.labels}",
  "get hw m1 -o jsonpath-as-json={.metadata.labels}",
  "get hw -o go-template={{range.items}}{{.metadata.name}}:{{.metadata.generation}},{{.spec.x}},{{.a.b}};{{end}}",
  "get hw m1 -o go-template={{.metadata.name|printf`%s!`}}",
  "get hw nobody",
  "get hw m1 nobody",
  "get hw nobody --ignore-not-found",
  "get hw m1 -l a=b",
  "get hw m1 -A",
  "get pods",
  "get hw -o xml",
  "get ns",
];
for (const line of lines) test(`tink ${line}`, () => assertSame(bench, ...line.split(" ")));

test("tink get -f", async () => {
  await assertSame(bench, "get", "-f", manifests);
  await assertSame(bench, "get", "-f", manifests, "-o", "name");
});

for (const target of ["hw/m1", "tpl/odd", "hw/m1 tpl/odd wf/w1", "hw"])
  for (const format of ["yaml", "json"])
    test(`tink get ${target} -o ${format} with the owners of fields`, async () => {
      const args = ["get", ...target.split(" "), "-o", format];
      const theirs = await runKubectl(bench, args);
      const ours = await bench.run(...args, "--show-managed-fields");
      const without = (text: string) => text.replaceAll(/,?\n +"?selfLink"?: ""/g, "");
      assert.equal(without(ours.stdout), without(theirs.stdout));
      assert.equal(ours.code, 0);
    });

test("the owners of fields are hidden unless they are asked for, as kubectl has it since 1.21", async () => {
  for (const format of ["yaml", "json"]) {
    const { stdout } = await bench.run("get", "hw", "-o", format);
    assert.match(stdout, /resourceVersion/);
    assert.doesNotMatch(stdout, /managedFields/);
  }
});

test("a list in pages is the list", async () => {
  const whole = await bench.run("get", "hw,tpl", "-o", "name", "--chunk-size", "0");
  assert.equal((await bench.run("get", "hw,tpl", "-o", "name", "--chunk-size", "1")).stdout, whole.stdout);
  const table = await bench.run("get", "hw", "--chunk-size", "1");
  assert.match(table.stdout, /^NAME.*\nm1 .*\nm2 .*\n$/);
});

test("-w says what happened to each object, as a column or as JSON", async () => {
  const watching = bench.start("get", "hw", "-w", "--output-watch-events");
  await watching.saw(/^EVENT +NAME .*\nADDED +m1 .*\nADDED +m2 /);
  const json = bench.start("get", "hw/m2", "-w", "--output-watch-events", "-o", "json");
  await json.saw(/"type": "ADDED"/);
  await bench.clients(kinds.Hardware).patch({ namespace: "default", name: "m2" }, { metadata: { labels: { x: "y" } } });
  await watching.saw(/\nMODIFIED +m2 /);
  await json.saw(/"type": "MODIFIED"/);
  for (const each of [watching, json]) {
    each.interrupt();
    assert.equal((await each.ended).code, 130);
  }
});
