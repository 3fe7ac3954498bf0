// Real containers with runc, and with crun when crun.test.ts runs this file. This takes root, as the worker itself does.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as turn } from "node:timers/promises";
import { unpackLayer } from "@neverland/oci";
import { fillWithBusybox } from "../testing/busybox-image.ts";
import { tarOf } from "../testing/tar-of.ts";
import type { ContainerExit, ContainerRequest, LayerDirectory, RunningContainer } from "./container-runtime.ts";
import { mountPointsBelow, unmountBelow } from "./mounts.ts";
import { OciRuntime } from "./oci-runtime.ts";
import { supervisorPid } from "./supervisor.ts";

const program = process.env.TEST_OCI_RUNTIME ?? "runc";
const rootfs = mkdtempSync(join(tmpdir(), "busybox-"));
fillWithBusybox(rootfs);
process.on("exit", () => rmSync(rootfs, { recursive: true }));

type Rig = { runtime: OciRuntime; stateDir: string; workerDir: string; again: () => OciRuntime };

async function rig(t: TestContext): Promise<Rig> {
  const base = mkdtempSync(join(tmpdir(), "runtime-test-"));
  const options = { program, stateDir: join(base, "state"), workerDir: join(base, "worker") };
  const runtime = new OciRuntime(options);
  await runtime.prepare();
  t.after(async () => {
    for (const id of await runtime.list()) await runtime.remove(id);
    assert.deepEqual(mountPointsBelow(readFileSync("/proc/self/mountinfo", "utf8"), base), []);
    rmSync(base, { recursive: true });
  });
  return { runtime, ...options, again: () => new OciRuntime(options) };
}

function shell(
  script: string,
  changes: Partial<ContainerRequest> = {},
  layers: readonly LayerDirectory[] = [],
): ContainerRequest {
  const image = {
    config: { Entrypoint: ["/bin/sh", "-c"] },
    layers: [{ directory: rootfs, opaqueDirectories: [] }, ...layers],
  };
  return { id: "test", image, command: [script], environment: [], volumes: [], pid: "", network: "", ...changes };
}

async function ended(
  container: RunningContainer,
  signal: AbortSignal,
): Promise<{ exit: ContainerExit; stdout: string; stderr: string }> {
  const exit = container.exit(signal);
  const texts = { stdout: "", stderr: "" };
  for await (const { stream, bytes } of container.output) texts[stream] += Buffer.from(bytes).toString();
  return { exit: await exit, ...texts };
}

const exitCode = (exit: ContainerExit): number => (exit.kind === "exited" ? exit.exitCode : -1);

test("a container's output and exit code come back", async (t) => {
  const { runtime } = await rig(t);
  const container = await runtime.start(shell("echo out; echo err >&2; exit 3"));
  const { exit, stdout, stderr } = await ended(container, t.signal);
  assert.equal(exitCode(exit), 3);
  assert.deepEqual([stdout, stderr], ["out\n", "err\n"]);
});

test("more output than a pipe holds arrives whole and in order", async (t) => {
  const { runtime } = await rig(t);
  const { exit, stdout } = await ended(await runtime.start(shell("seq 1 100000")), t.signal);
  assert.equal(exitCode(exit), 0);
  assert.equal(stdout, Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(""));
});

test("it is root with the worker's capabilities, the host's network and devices, and a PID 1 of its own", async (t) => {
  const { runtime } = await rig(t);
  const script =
    'echo $$; id -u; ls -l /dev/null | head -c 1; while read k v; do [ "$k" = CapEff: ] && echo $v; done </proc/self/status; ls /sys/class/net';
  const { stdout } = await ended(await runtime.start(shell(script)), t.signal);
  const [pid, uid, device] = stdout.split("\n");
  assert.deepEqual([pid, uid, device?.[0]], ["1", "0", "c"]);
  const capabilities = /^CapEff:\s*(\w+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  assert.ok(stdout.includes(capabilities ?? "none"));
});

test("the host's processes are there when asked for", async (t) => {
  const { runtime } = await rig(t);
  const { stdout } = await ended(
    await runtime.start(shell(`ls /proc/${process.pid}/status`, { pid: "host" })),
    t.signal,
  );
  assert.equal(stdout, `/proc/${process.pid}/status\n`);
});

test("without a network there is only loopback", async (t) => {
  const { runtime } = await rig(t);
  const { stdout } = await ended(
    await runtime.start(shell("ip -o link | while read n name rest; do echo $name; done", { network: "none" })),
    t.signal,
  );
  assert.ok(stdout.startsWith("lo:\n"));
  assert.doesNotMatch(stdout, /eth|ens|enp/);
});

test("volumes are shared, read-only ones cannot be written, and missing sources are made", async (t) => {
  const { runtime, stateDir } = await rig(t);
  const volumes = [`${stateDir}/shared/new:/data`, `${stateDir}/shared:/ro:ro`, "cache:/cache"];
  const { stdout } = await ended(
    await runtime.start(shell("echo x >/data/f; touch /ro/g || echo refused; touch /cache/c", { volumes })),
    t.signal,
  );
  assert.equal(readFileSync(join(stateDir, "shared/new/f"), "utf8"), "x\n");
  assert.equal(stdout, "refused\n");
  assert.ok(existsSync(join(stateDir, "volumes/cache/c")));
});

test("a wish for Docker's socket is refused with the way out", async (t) => {
  const { runtime } = await rig(t);
  const volumes = ["/nowhere/docker.sock:/var/run/docker.sock"];
  await assert.rejects(runtime.start(shell("true", { volumes })), {
    code: "bad-action",
    message: /use the reboot or kexec action/,
  });
});

test("what it writes to its root goes with it, and the layers stay as they were", async (t) => {
  const { runtime } = await rig(t);
  const { exit } = await ended(await runtime.start(shell("echo x >/etc/new && cat /etc/new")), t.signal);
  assert.equal(exitCode(exit), 0);
  assert.equal(existsSync(join(rootfs, "etc/new")), false);
});

test("/worker of the host is there, where an action asks for a reboot", async (t) => {
  const { runtime, workerDir } = await rig(t);
  await ended(await runtime.start(shell("touch /worker/reboot")), t.signal);
  assert.ok(existsSync(join(workerDir, "reboot")));
});

test("layers hide what they delete, one by one and whole directories", async (t) => {
  const { runtime, stateDir } = await rig(t);
  const layers: LayerDirectory[] = [];
  for (const files of [
    { "a/old": "1", "a/deep/x": "1", "b/gone": "1", "b/kept": "1" },
    { "a/new": "2", "a/.wh..wh..opq": "", "b/.wh.gone": "" },
  ]) {
    const [target, scratch] = [join(stateDir, `l${layers.length}`), join(stateDir, `s${layers.length}`)];
    for (const directory of [target, scratch]) mkdirSync(directory);
    const tar = (async function* () {
      yield tarOf(files);
    })();
    const { opaqueDirectories } = await unpackLayer(tar, { target, scratch, setOwners: true });
    layers.push({ directory: target, opaqueDirectories });
  }
  const { stdout, stderr } = await ended(await runtime.start(shell("ls /a /b", {}, layers)), t.signal);
  assert.equal(stdout, "/a:\nnew\n\n/b:\nkept\n", stderr);
});

test("an image's user is looked up in the image", async (t) => {
  const { runtime, stateDir } = await rig(t);
  mkdirSync(join(stateDir, "users/etc"), { recursive: true });
  writeFileSync(join(stateDir, "users/etc/passwd"), "jane:x:1234:5678::/home/jane:/bin/sh\n");
  const layers = [
    { directory: rootfs, opaqueDirectories: [] },
    { directory: join(stateDir, "users"), opaqueDirectories: [] },
  ];
  const image = { config: { Entrypoint: ["/bin/sh", "-c"], User: "jane", WorkingDir: "/tmp" }, layers };
  const { stdout } = await ended(await runtime.start(shell('id -u; id -g; echo "$HOME"; pwd', { image })), t.signal);
  assert.equal(stdout, "1234\n5678\n/home/jane\n/tmp\n");
});

test("a program that the image does not have fails with the runtime's words", async (t) => {
  const { runtime } = await rig(t);
  const image = { config: { Entrypoint: ["/no/such"] }, layers: [{ directory: rootfs, opaqueDirectories: [] }] };
  const { exit, stderr } = await ended(await runtime.start(shell("", { image })), t.signal);
  assert.equal(exitCode(exit), 1);
  assert.match(stderr, /no such file/i);
});

test("a container that ignores TERM ends by KILL", async (t) => {
  const { runtime } = await rig(t);
  const container = await runtime.start(shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
  const exit = container.exit(t.signal);
  const iterator = container.output[Symbol.asyncIterator]();
  await iterator.next(); // it is ready
  await container.kill("TERM");
  await container.kill("KILL");
  assert.equal(exitCode(await exit), 137);
});

test("in the host's PID namespace a kill takes the children along", async (t) => {
  const { runtime } = await rig(t);
  const container = await runtime.start(shell("sleep 1000 & echo $!; wait", { pid: "host" }));
  const exit = container.exit(t.signal);
  const first = await container.output[Symbol.asyncIterator]().next();
  const child = Number(Buffer.from(first.value?.bytes ?? "").toString());
  assert.ok(child > 0 && existsSync(`/proc/${child}`));
  await container.kill("KILL");
  assert.equal(exitCode(await exit), 137);
  while (existsSync(`/proc/${child}`)) await turn(5);
});

test("a second worker attaches to the running container, and gets the output that nobody had read", async (t) => {
  const { runtime, workerDir, again } = await rig(t);
  const stop = new AbortController();
  const container = await runtime.start(
    shell("echo first; while [ ! -e /worker/go ]; do sleep 0.05; done; echo second; exit 7"),
  );
  const first = await container.output[Symbol.asyncIterator]().next();
  assert.equal(Buffer.from(first.value?.bytes ?? "").toString(), "first\n");
  const left = assert.rejects(container.exit(stop.signal), /worker stops/);
  stop.abort(new Error("the worker stops"));
  await left;
  container.detach();
  const attached = await again().attach("test");
  assert.ok(attached !== undefined);
  writeFileSync(join(workerDir, "go"), "");
  const { exit, stdout } = await ended(attached, t.signal);
  assert.equal(exitCode(exit), 7);
  assert.equal(stdout, "second\n");
});

test("a container that ended while nobody looked is collected with its output", async (t) => {
  const { runtime, stateDir, again } = await rig(t);
  const unwatched = await runtime.start(shell("echo late; exit 5"));
  while (supervisorPid(join(stateDir, "containers/test")) === undefined) await turn(5);
  await assert.rejects(unwatched.exit(AbortSignal.abort(new Error("stopped"))), /stopped/);
  unwatched.detach();
  const attached = await again().attach("test");
  assert.ok(attached !== undefined);
  const { exit, stdout } = await ended(attached, t.signal);
  assert.equal(exitCode(exit), 5);
  assert.equal(stdout, "late\n");
});

test("a layer that an image has twice is stacked once", async (t) => {
  const { runtime } = await rig(t);
  const { exit } = await ended(
    await runtime.start(shell("exit 4", {}, [{ directory: rootfs, opaqueDirectories: [] }])),
    t.signal,
  );
  assert.equal(exitCode(exit), 4);
});

test("state that would lie on an overlay gets a tmpfs of its own, once", async (t) => {
  const base = mkdtempSync(join(tmpdir(), "runtime-test-"));
  const [lower, stateDir] = [join(base, "lower"), join(base, "state")];
  for (const directory of [lower, stateDir]) mkdirSync(directory);
  execFileSync("mount", ["-t", "overlay", "-o", `lowerdir=${lower}:${rootfs}`, "overlay", stateDir]);
  t.after(() => {
    unmountBelow(base);
    rmSync(base, { recursive: true });
  });
  const runtime = new OciRuntime({ program, stateDir, workerDir: join(base, "worker") });
  await runtime.prepare();
  await runtime.prepare();
  const { exit } = await ended(await runtime.start(shell("exit 6")), t.signal);
  assert.equal(exitCode(exit), 6);
  await runtime.remove("test");
  assert.deepEqual(mountPointsBelow(readFileSync("/proc/self/mountinfo", "utf8"), base), [stateDir, stateDir]);
});

test("a container never started is not attached to, and cannot start later", async (t) => {
  const { runtime } = await rig(t);
  assert.equal(await runtime.attach("test"), undefined);
});

test("a killed supervisor makes the end unknown, not a success", async (t) => {
  const { runtime, stateDir } = await rig(t);
  const container = await runtime.start(shell("echo up; sleep 100"));
  const exit = container.exit(t.signal);
  await container.output[Symbol.asyncIterator]().next();
  process.kill(supervisorPid(join(stateDir, "containers/test")) ?? Number.NaN, "SIGKILL");
  assert.equal((await exit).kind, "lost");
});
