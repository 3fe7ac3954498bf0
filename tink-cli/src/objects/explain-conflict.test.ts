// An apply over what was edited since, by oneself or by somebody else, says which fields, who set them and how, and the ways out, which work.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type CliBench, openCliBench } from "../testing/cli-bench.ts";

let bench: CliBench;
let file: string;
before(async () => {
  bench = await openCliBench();
  const manifest = `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata: {name: m1}
spec:
  interfaces: [{dhcp: {mac: "52:54:00:00:00:01", hostname: m1}}]
  userData: a
`;
  file = await bench.file("m1.yaml", manifest);
});
after(() => bench.close());

const edit = (userData: string, ...more: readonly string[]) =>
  bench.run("patch", "hw", "m1", "--type=merge", "-p", JSON.stringify({ spec: { userData } }), ...more);
const withoutTimes = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "TIME");

const waysOut = `To keep what is there, write it into the file (tink get hardware/m1 -o yaml shows it), or leave those fields out of the file.
To make it as the file says: --force-conflicts. tink diff --force-conflicts -f FILE shows before what that changes.
`;
const head =
  'tink: hardware/m1: Apply failed with 1 conflict: "tink" would change what was set otherwise, so nothing of it was applied:\n';

test("one's own edit is told as that, by apply, by its dry run and by diff", async () => {
  assert.equal((await bench.run("apply", "-f", file)).code, 0);
  assert.equal((await edit("b")).code, 0);
  const told = `${head}  .spec.userData: set by "tink" itself with an edit, a patch or a replace at TIME\n${waysOut}`;
  for (const [code, ...command] of [
    [1, "apply", "-f", file],
    [1, "apply", "-f", file, "--dry-run=server"],
    [2, "diff", "-f", file],
  ] as const) {
    const { code: was, stdout, stderr } = await bench.run(...command);
    assert.deepEqual([was, stdout, withoutTimes(stderr)], [code, "", told]);
  }
});

test("so is somebody else's, by name", async () => {
  assert.equal((await edit("c", "--field-manager=kubectl-edit")).code, 0);
  const { stderr } = await bench.run("apply", "-f", file);
  const who = '  .spec.userData: set by "kubectl-edit" with an edit, a patch or a replace at TIME\n';
  assert.equal(withoutTimes(stderr), `${head}${who}${waysOut}`);
});

test("the ways out are ways out", async () => {
  const { code, stdout } = await bench.run("diff", "--force-conflicts", "-f", file);
  assert.equal(code, 1);
  assert.match(stdout, /^- {2}userData: c$[\s\S]*^\+ {2}userData: a$/m);
  const forced = await bench.run("apply", "--force-conflicts", "-f", file);
  assert.deepEqual([forced.code, forced.stdout], [0, "hardware.tinkerbell.org/m1 configured\n"]);
  assert.equal((await bench.run("apply", "-f", file)).stdout, "hardware.tinkerbell.org/m1 unchanged\n");
});
