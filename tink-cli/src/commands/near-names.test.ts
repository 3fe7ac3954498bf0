// Names that are nowhere, and names where a kind is expected: each command names the object that was probably meant.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type CliBench, openCliBench } from "../testing/cli-bench.ts";
import { hardwareYaml, templateYaml, workflowYaml } from "../testing/manifests.ts";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
  const mac = "52:54:00:aa:00:01";
  const all = [
    hardwareYaml("nuc-1", mac),
    templateYaml("debian"),
    workflowYaml("nuc-1-debian", "debian", "nuc-1", mac),
  ].join("---\n");
  assert.equal((await bench.run("apply", "-f", await bench.file("all.yaml", all))).code, 0);
});
after(() => bench.close());

const ofMachine = "hardware/nuc-1, or its workflow/nuc-1-debian";
for (const [line, meant, code] of [
  ["get hw nuc1", "hardware/nuc-1", 3],
  ["get hw nuc1 -o yaml", "hardware/nuc-1", 3],
  ["get wf nuc-1", ofMachine, 3],
  ["get tpl debain -w", "template/debian", 3],
  ["logs nuc-1", ofMachine, 3],
  ["logs nuc-1-debain", "workflow/nuc-1-debian", 3],
  ["workflow retry nuc-1", ofMachine, 3],
  ["workflow cancel nuc-1-debain", "workflow/nuc-1-debian", 3],
  ["describe hw nuc1", "hardware/nuc-1", 3],
  ["describe nuc-1", "hardware/nuc-1", 2],
  ["watch nuc-1", "hardware/nuc-1", 2],
  ["watch wf/nuc-1", ofMachine, 3],
  ["edit nuc1", "hardware/nuc-1", 2],
  ["edit hw/nuc1", "hardware/nuc-1", 3],
  ["wait nuc-1-debian --for=delete", "workflow/nuc-1-debian", 2],
  ["wait hw/nuc1 --for=condition=Ready", "hardware/nuc-1", 3],
  ["label hw/nuc1 rack=a", "hardware/nuc-1", 3],
  ["patch hw/nuc1 -p {}", "hardware/nuc-1", 3],
  ["delete hw/nuc1", "hardware/nuc-1", 3],
  ["explain-field hardware.spec.interface", "hardware.spec.interfaces", 3],
] as const)
  test(`tink ${line} names ${meant}`, async () => {
    const run = await bench.run(...line.split(" "));
    assert.deepEqual([run.code, /did you mean (.+?)\?/.exec(run.stderr)?.[1]], [code, meant], run.stderr);
  });

test("a state that no machine is ever in is told with the one that was meant", async () => {
  for (const form of [[], ["-o", "yaml"]]) {
    const { code, stderr } = await bench.run("get", "mv", "--field-selector", "state=wating", ...form);
    assert.match(stderr, /^state is never wating: did you mean waiting\? it is one of unknown, .*, deleting$/m);
    assert.equal(code, 0);
  }
  assert.doesNotMatch((await bench.run("get", "mv", "--field-selector", "state=failed")).stderr, /never/);
});

test("a name that is near none, and a kind that is none, stay what they are", async () => {
  const { code, stderr } = await bench.run("get", "hw", "wholly-other-name", "another-of-them");
  assert.deepEqual([code, stderr.match(/wholly-other-name|another-of-them|did you mean/g)?.length], [3, 2]);
  assert.match((await bench.run("describe", "pods")).stderr, /^tink: There is no resource "pods"\. Expected one of/);
  assert.match((await bench.run("get", "events")).stderr, /tink events shows what happened/);
});
