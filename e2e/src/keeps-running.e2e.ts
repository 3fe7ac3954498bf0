// tink demo --keep on UEFI firmware: the machine is installed and goes on; every door it names opens from the host;
// Ctrl-C ends it, and nothing is left.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { assertInstalled, type KeptDemoResult } from "./demo-result.ts";
import { type RunningTink, runTink, startTink } from "./run-tink.ts";

const run = promisify(execFile);

/** Under emulation on two cores, with Hook and the image to build first: several times what it takes. */
const timeout = 15 * 60_000;

describe("a demo that is kept", { timeout }, () => {
  let stateDir: string;
  let demo: RunningTink;
  let result: KeptDemoResult;
  let env: NodeJS.ProcessEnv;
  before(async ({ signal }) => {
    stateDir = await mkdtemp(join(tmpdir(), "tink-keep-"));
    env = { XDG_STATE_HOME: stateDir };
    demo = startTink(["demo", "--firmware", "uefi", "--keep", "-o", "json"], { signal, env });
    result = JSON.parse(await demo.firstLine) as KeptDemoResult;
  });
  after(async () => {
    demo.process.kill();
    await demo.ended;
    await rm(stateDir, { recursive: true });
  });

  test("has installed a UEFI machine with an empty disk, which accepts the user's key", () => assertInstalled(result));

  test("lets its key log in by SSH from the host", async () => {
    const { keyFile, user } = result.login;
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes"];
    const flags = ["-p", String(result.sshPort), "-i", keyFile, ...options.flatMap((option) => ["-o", option])];
    const { stdout } = await run("ssh", [...flags, `${user}@127.0.0.1`, "hostname; cat /sys/class/dmi/id/sys_vendor"]);
    assert.equal(stdout, "demo\nNeverland\n");
  });

  test("shows its workflow to tink get and its machine to tink describe", async ({ signal }) => {
    const workflows = await runTink([...result.flags, "get", "workflows"], { signal, env });
    assert.match(workflows.stdout, /^NAME .*STATE[\s\S]*^demo-debian +debian +SUCCESS /m);
    const machine = await runTink([...result.flags, "describe", "hardware/demo"], { signal, env });
    assert.match(machine.stdout, /offered 10\.77\.0\.50 to the firmware \(PXE\) of default\/demo/);
    assert.match(machine.stdout, /acknowledged 10\.77\.0\.50 to Hook of default\/demo/);
    assert.match(machine.stdout, /^Last boot:\n {2}firmware/m);
  });

  test("has said on its serial port what the in-memory OS did", async () => {
    const log = await readFile(join(dirname(result.login.keyFile), "rack/machines/demo/serial.log"), "latin1");
    assert.match(log, /Linux version [\s\S]*hook: network is up: 10\.77\.0\.50[\s\S]*hook: worker is running/);
  });

  test("is a Kubernetes to kubectl", async () => {
    const { stdout } = await run(await debianKubectl(), ["get", "hardware,workflows", "-o", "name"], {
      env: { ...process.env, KUBECONFIG: result.kubeconfig },
    });
    assert.equal(stdout, "hardware.tinkerbell.org/demo\nworkflow.tinkerbell.org/demo-debian\n");
  });

  test("leaves no process, no namespace and no file after Ctrl-C", async () => {
    const dir = dirname(result.login.keyFile);
    const inside = await processesNaming(dir);
    assert.ok(inside.length >= 3, `only ${inside.length} processes`); // the inner half, tink up, QEMU
    const ownNamespace = await networkNamespaceOf("self");
    const namespaces = new Set(await Promise.all(inside.map(networkNamespaceOf)));
    namespaces.delete(ownNamespace);
    assert.equal(namespaces.size, 1);
    demo.process.kill("SIGINT");
    const { exitCode } = await demo.ended;
    assert.equal(exitCode, 0);
    assert.deepEqual(await processesNaming(dir), []);
    const left = await Promise.all((await processIds()).map(networkNamespaceOf));
    assert.deepEqual(
      left.filter((name) => namespaces.has(name)),
      [],
    );
    await assert.rejects(access(dir), { code: "ENOENT" });
    assert.deepEqual(await readdir(join(stateDir, "neverland")), []);
  });
});

async function processIds(): Promise<string[]> {
  return (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
}

async function processesNaming(mark: string): Promise<string[]> {
  const ids = await processIds();
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return ids.filter((_, index) => lines[index]?.includes(mark));
}

/** Empty for a process that is gone. */
async function networkNamespaceOf(id: string): Promise<string> {
  return await readlink(`/proc/${id}/ns/net`).catch(() => "");
}
