import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openCliBench, startCli } from "../testing/cli-bench.ts";

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
    "hardware.tinkerbell.org/node-1 applied\ntemplate.tinkerbell.org/debian applied\nworkflow.tinkerbell.org/node-1-debian applied\n",
  );
  const map = await bench.run("get", "wf", "node-1-debian", "-o", "jsonpath={.spec.hardwareMap}");
  assert.deepEqual(JSON.parse(map.stdout), { device_1: "52:54:00:12:34:56", server: "198.51.100.1:7080" });
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
      ["--ssh-key", key, "--install", "no-such", "--boot-server", "198.51.100.1"],
      /examples\/no-such\/template\.yaml cannot be read/,
    ],
    [["--ssh-key", join(home, "no-key.pub")], /no-key\.pub holds no public key, .* ssh-keygen -t ed25519/],
    [["--ssh-key", join(home, "none.pub")], /--ssh-key \S+none\.pub: ENOENT/],
  ];
  for (const [words, says] of wrong) {
    const { code, stdout, stderr } = await startCli(["machine", "add", ...node, ...words]).ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, says);
  }
});
