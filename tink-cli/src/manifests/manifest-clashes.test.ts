// Two objects of the same files that cannot both be are told together with both places, and nothing of the files is applied.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type CliBench, openCliBench } from "../testing/cli-bench.ts";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

const hardware = (
  metadata: string,
  mac: string,
  address: string,
  agentID = "",
): string => `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata: {${metadata}}
spec:
  agentID: "${agentID}"
  interfaces:
    - dhcp:
        mac: ${mac}
        ip: {address: ${address}, netmask: 255.255.255.0}
`;
const mac = (last: number): string => `52:54:00:00:00:0${last}`;

async function toldOf(...documents: string[]): Promise<string[]> {
  const file = await bench.file("site.yaml", documents.join("---\n"));
  const { code, stdout, stderr } = await bench.run("apply", "-f", file);
  assert.deepEqual([code, stdout], [2, ""]);
  const [head, ...told] = stderr.replaceAll(file, "site.yaml").trimEnd().split("\n");
  assert.equal(head, "tink: nothing was applied:");
  return told;
}

test("a name twice, a MAC, an address and an agent's name of two machines, each at the later with the place of the one before", async () => {
  const told = await toldOf(
    hardware("name: m1", mac(1), "10.0.0.1", "a"),
    hardware("name: m1", mac(2), "10.0.0.2"),
    hardware("name: m3", mac(1), "10.0.0.3"),
    hardware("name: m4, namespace: racks", mac(4), "10.0.0.1"),
    hardware("name: m5", mac(5), "10.0.0.5", "a"),
  );
  assert.deepEqual(told, [
    "site.yaml:13:18: metadata.name: Hardware m1 is described twice, first at site.yaml:3:18: take one away, or give it another name",
    "site.yaml:28:14: spec.interfaces[0].dhcp.mac: 52:54:00:00:00:01 is what Hardware default/m1 at site.yaml:8:14 has: no two may have it",
    "site.yaml:39:23: spec.interfaces[0].dhcp.ip.address: 10.0.0.1 is what Hardware default/m1 at site.yaml:9:23 has: no two may have it",
    "site.yaml:45:12: spec.agentID: a is what Hardware default/m1 at site.yaml:5:12 has: no two may have it",
  ]);
  assert.equal((await bench.run("get", "hw", "-A", "-o", "name")).stdout, "");
});

test("of two files as of one, and the namespace that is asked for is that of objects without one", async () => {
  const one = await bench.file("two/a.yaml", hardware("name: m1, namespace: racks", mac(1), "10.0.0.1"));
  const other = await bench.file("two/b.yaml", hardware("name: m1", mac(2), "10.0.0.2"));
  const { stderr } = await bench.run("create", "-n", "racks", "-f", `${bench.dir}/files/two`);
  assert.equal(
    stderr,
    `tink: nothing was applied:\n${other}:3:18: metadata.name: Hardware m1 is described twice, first at ${one}:3:18: take one away, or give it another name\n`,
  );
});

test("a name in another namespace or of another kind is another object's", async () => {
  const template = "apiVersion: tinkerbell.org/v1alpha1\nkind: Template\nmetadata: {name: m1}\nspec: {data: ''}\n";
  const elsewhere = hardware("name: m1, namespace: racks", mac(2), "10.0.0.2");
  const documents = [hardware("name: m1", mac(1), "10.0.0.1"), elsewhere, template];
  const file = await bench.file("right.yaml", documents.join("---\n"));
  const { stdout, stderr } = await bench.run("apply", "-f", file, "--dry-run");
  assert.equal(stdout, "3 objects are valid\n", stderr);
});
