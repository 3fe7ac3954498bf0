import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { openCliBench, startCli } from "../../testing/cli-bench.ts";
import { templateYaml } from "../../testing/manifests.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl you@example";
const node = ["node-1", "--mac", "52:54:00:12:34:56", "--ip", "198.51.100.50/24"];

test("a machine and its installation are on the server after one line", async (t) => {
  const bench = await openCliBench();
  t.after(() => bench.close());
  const order = ["--install", "debian", "--boot-server", "198.51.100.1", "--ssh-key", key];
  const { code, stdout, stderr } = await bench.run("machine", "add", ...node, ...order);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    stdout,
    "hardware.tinkerbell.org/node-1 created\ntemplate.tinkerbell.org/debian created\nworkflow.tinkerbell.org/node-1-debian created\n",
  );
  const map = await bench.run("get", "wf", "node-1-debian", "-o", "jsonpath={.spec.hardwareMap}");
  assert.deepEqual(JSON.parse(map.stdout), { device_1: "52:54:00:12:34:56", server: "198.51.100.1:7080" });
});

const keyed = ["--ssh-key", key];
const withDebian = ["--install", "debian", "--boot-server", "198.51.100.1", ...keyed];

test("a machine that is there is not written over by the way; --replace does it, and the workflow that stands is told", async (t) => {
  const bench = await openCliBench();
  t.after(() => bench.close());
  const add = async (...more: readonly string[]) => await bench.run("machine", "add", "node-1", ...more);
  const facts = node.slice(1);
  const valueAt = async (path: string) => (await bench.run("get", "hw", "node-1", "-o", `jsonpath={${path}}`)).stdout;
  assert.equal((await add(...facts, "--gateway", "198.51.100.1", ...withDebian)).code, 0);
  const again = await add(...facts, "--gateway", "198.51.100.1", ...withDebian);
  assert.equal(again.stdout.match(/ unchanged$/gm)?.length, 3, again.stdout);
  assert.match(again.stderr, /^workflow\/node-1-debian (stands|is there)/);

  const other = ["--mac", "52:54:00:12:34:99", "--ip", "198.51.100.50/25", "--disk", "/dev/vda", ...withDebian];
  const refused = await add(...other);
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  for (const line of [
    "  --mac: 52:54:00:12:34:56 is there, 52:54:00:12:34:99 was asked for",
    "  --ip: 255.255.255.0 is there, 255.255.255.128 was asked for",
    "  --gateway: 198.51.100.1 is there, nothing was asked for",
    "  --disk: /dev/sda is there, /dev/vda was asked for",
  ])
    assert.ok(refused.stderr.includes(`${line}\n`), refused.stderr);
  assert.match(refused.stderr, /tink edit hardware\/node-1.*under another name.*--replace$/m);
  assert.equal(await valueAt(".spec.disks[0].device"), "/dev/sda");
  assert.match(
    (await add(...facts, "--gateway", "198.51.100.1", "--ssh-key", `${key}2`)).stderr,
    /--ssh-key: …?.*example2 was asked/,
  );
  await bench.run("workflow", "cancel", "node-1-debian");
  const replaced = await add(...other, "--replace");
  assert.equal(
    replaced.stdout,
    "hardware.tinkerbell.org/node-1 replaced\ntemplate.tinkerbell.org/debian unchanged\nworkflow.tinkerbell.org/node-1-debian replaced\n",
    replaced.stderr,
  );
  assert.match(
    replaced.stderr,
    /workflow\/node-1-debian stands as it was rendered \(FAILED\): tink workflow retry node-1-debian begins/,
  );
  assert.equal(await valueAt(".spec.interfaces[0].dhcp.ip.gateway"), "");
  const retried = await bench.run("workflow", "retry", "workflow/node-1-debian");
  assert.equal(retried.code, 0, retried.stderr);
  await bench
    .clients(kinds.Workflow)
    .waitFor(
      { namespace: "default", name: "node-1-debian" },
      (workflow) => JSON.stringify(workflow?.status?.tasks ?? "").includes("/dev/vda"),
      AbortSignal.timeout(20_000),
    );
  const { stdout } = await bench.run("get", "wf", "node-1-debian", "-o", "jsonpath={.status.tasks}");
  assert.doesNotMatch(stdout, /\/dev\/sda/);
  assert.match(stdout, /52:54:00:12:34:99/);
});

test("a Template of the example's name is somebody's, and is used as it is", async (t) => {
  const bench = await openCliBench();
  t.after(() => bench.close());
  await bench.run("apply", "-f", await bench.file("own.yaml", templateYaml("debian")));
  const { code, stdout, stderr } = await bench.run("machine", "add", ...node, ...withDebian);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /template\.tinkerbell\.org\/debian unchanged\n/);
  assert.match(stderr, /template\/debian is there with other content than the example's/);
});

test("a MAC is taken in any spelling, and nothing is said of the permission to netboot", async () => {
  for (const mac of ["5254.0012.3456", "52-54-00-12-34-56", "525400123456", "52.54.00.12.34.56", "52:54:00:12:34:56"]) {
    const words = ["machine", "add", "node-1", "--mac", mac, "--ip", "198.51.100.50/24", ...withDebian, "-o", "yaml"];
    const { code, stdout, stderr } = await startCli(words).ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /mac: "?52:54:00:12:34:56"?\n/);
    assert.doesNotMatch(stdout, /allowPXE|toggleAllowNetboot/);
  }
});

test("what no machine could use is refused by its option", async () => {
  const wrong: readonly [words: readonly string[], says: RegExp][] = [
    [["--gateway", "198.51.101.1"], /^tink: --gateway: the gateway "198\.51\.101\.1" is not in the network/],
    [["--gateway", "gw"], /--gateway: expected an address such as/],
    [["--ip", "198.51.100.0/24"], /--ip: the address "198\.51\.100\.0" is that of its network itself/],
    [["--ip", "198.51.100.255/24"], /--ip: .* broadcast address/],
    [["--ip", "224.0.0.5/24"], /--ip: expected an address that a machine can have/],
    [["--disk", "/dev/sda1"], /--disk: "\/dev\/sda1" is a partition's name/],
    [["--disk", "nvme0n1"], /--disk: .*write \/dev\/nvme0n1/],
    [["--mac", "01:00:5e:00:00:01"], /--mac: 01:00:5e:00:00:01 is a group's address/],
    [["--mac", "FF-FF-FF-FF-FF-FF"], /--mac: .* everybody's address/],
    [["--mac", "node-1"], /Expected a MAC address, such as/],
    [["--install", "ubuntu"], /--install ubuntu: expected one of debian, debian-kexec$/m],
    [["--install", "../examples/debian"], /expected one of debian, debian-kexec$/m],
    [["--install", "debian", "--boot-server", "foo"], /Expected an IPv4 address, and perhaps a port/],
    [["--install", "debian", "--boot-server", "198.51.100.1:0"], /Expected an IPv4 address, and perhaps a port/],
  ];
  for (const [words, says] of wrong) {
    const { code, stdout, stderr } = await startCli(["machine", "add", ...node, ...keyed, ...words, "-o", "yaml"])
      .ended;
    assert.deepEqual([code, stdout], [2, ""], words.join(" "));
    assert.match(stderr, says);
  }
});

test("with -o yaml the manifests are printed, as files to keep and apply", async (t) => {
  const bench = await openCliBench();
  t.after(() => bench.close());
  const printed = await startCli(["machine", "add", ...node, "--ssh-key", key, "-o", "yaml"]).ended;
  assert.equal(printed.code, 0, printed.stderr);
  const file = await bench.file("machine.yaml", printed.stdout);
  assert.equal((await bench.run("apply", "-f", file)).stdout, "hardware.tinkerbell.org/node-1 created\n");
});

test("what cannot be is a sentence, and nothing is sent", async (t) => {
  const home = await mkdtemp(join(tmpdir(), "tink-machine-"));
  t.after(() => rm(home, { recursive: true }));
  await mkdir(join(home, "keys"));
  await writeFile(join(home, "no-key.pub"), "no key\n");
  const wrong: readonly [words: readonly string[], says: RegExp][] = [
    [
      ["--ssh-key", key, "--install", "debian"],
      /No interface of this computer .* 198\.51\.100\.50\/24: say with --boot-server/,
    ],
    [
      ["--ssh-key", join(home, "no-key.pub")],
      /There is no public key in \S*no-key\.pub, [\s\S]* {2}ssh-keygen -t ed25519 /,
    ],
    [["--ssh-key", join(home, "none.pub")], /--ssh-key \S+none\.pub: ENOENT/],
  ];
  for (const [words, says] of wrong) {
    const { code, stdout, stderr } = await startCli(["machine", "add", ...node, ...words]).ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, says);
  }
});
