import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readDhcpFrame } from "./capture/dhcp-frame.ts";
import { readPcap } from "./capture/pcap.ts";
import { within } from "./deadline.ts";
import type { BootToDhcpOptions } from "./testing/boot-to-dhcp.ts";
import { runInside } from "./testing/inside.ts";

const dir = await mkdtemp(join(tmpdir(), "lab-rack-"));
after(() => rm(dir, { recursive: true }));
const program = (name: string): string => join(import.meta.dirname, "testing", name);

async function boot(options: BootToDhcpOptions, asRoot?: boolean): Promise<unknown> {
  const { code, stdout, stderr } = await runInside(
    [program("boot-to-dhcp.ts"), JSON.stringify(options)],
    asRoot === undefined ? {} : { asRoot },
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Who asked in a capture, by MAC. */
async function askersIn(capture: string): Promise<string[]> {
  const frames = readPcap(await readFile(capture)).map(({ bytes }) => readDhcpFrame(bytes));
  return [...new Set(frames.flatMap((frame) => frame?.mac ?? []))].sort();
}

test("two BIOS machines ask for an address, and each capture holds what came by that cable", async () => {
  const machines = [
    { name: "left", mac: "02:00:00:00:00:0a" },
    { name: "right", mac: "02:00:00:00:00:0b", nic: "e1000", disk: "sata" },
  ] as const;
  const seen = await boot({ dir: join(dir, "two"), cables: "packet-socket", machines });
  assert.deepEqual(seen, [
    { kind: "discover", mac: "02:00:00:00:00:0a" },
    { kind: "discover", mac: "02:00:00:00:00:0b" },
  ]);
  const left = join(dir, "two", "machines", "left");
  assert.ok((await askersIn(join(left, "network-1.pcap"))).includes("02:00:00:00:00:0a"));
  assert.match(await readFile(join(left, "serial.log"), "utf8"), /SeaBIOS[\s\S]*iPXE/);
});

test("a UEFI machine asks for an address from its own PXE client, in a user namespace", async () => {
  const machines = [{ name: "uefi", mac: "02:00:00:00:00:0c", firmware: "uefi" }] as const;
  const seen = await boot({ dir: join(dir, "uefi"), cables: "packet-socket", machines }, false);
  assert.deepEqual(seen, [{ kind: "discover", mac: "02:00:00:00:00:0c" }]);
});

test("a guest reboots by itself, finds its disk as it left it, and powers itself off", async () => {
  const { code, stdout, stderr } = await runInside([program("guest-power.ts"), join(dir, "power")]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    events: ["powered-on", "reset by guest", "powered-off by guest"],
    mark: 1,
    isOn: false,
  });
});

test("when the outermost process is killed, no machine is left", async () => {
  const name = `killed-${basename(dir)}`;
  const options: BootToDhcpOptions = {
    dir: join(dir, "killed"),
    cables: "packet-socket",
    machines: [{ name }],
    stay: true,
  };
  const outer = spawn(
    process.execPath,
    [program("run-in-namespace.ts"), "user", program("boot-to-dhcp.ts"), JSON.stringify(options)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await new Promise((resolve) => outer.stdout.once("data", resolve));
  assert.ok((await processesNaming(name)).length >= 3); // the killed, the first inside, QEMU
  outer.kill("SIGKILL");
  await within("the end of every process of the lab", { timeoutMs: 5_000 }, async (signal) => {
    while ((await processesNaming(name)).length > 0) await pause(20, undefined, { signal });
  });
});

async function processesNaming(mark: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return ids.filter((_, index) => lines[index]?.includes(mark));
}
