// tink up where Node may load no addons: clients that are not ours get their addresses and files all the same, and what is lost is said.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import {
  type CommandResult,
  type Namespace,
  openNamespace,
  runInside,
  spawnInside,
  untilSaid,
} from "@neverland/boots-netboot/testing/network-namespace.ts";

const [server, address, mac] = ["10.77.0.1", "10.77.0.61", "52:54:00:00:00:61"];
const hardware = `---
apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata: { name: m61 }
spec:
  interfaces:
  - dhcp:
      mac: "${mac}"
      ip: { address: ${address}, netmask: 255.255.255.0, gateway: ${server} }
    netboot: { allowPXE: true }
`;
/** Sets the address that the client was given. */
const leaseScript = `#!/bin/sh
case "$1" in bound) ip addr add "$ip/24" dev eth0 ;; esac
`;
const env = { ...process.env, NODE_OPTIONS: "--no-addons" };
const tink = [process.execPath, ...process.execArgv, join(import.meta.dirname, "../../main.ts")];
const shut =
  /koffi cannot call the C library here \(Cannot load native addon because loading addons is disabled\.\); .* start node without --no-addons$/;

let dir: string;
let host: Namespace;
let machine: Namespace;
let ready: { readonly http?: string };
let warnings: string[];
let news: PromiseWithResolvers<void>;
let up: ReturnType<typeof spawnInside>;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-no-addons-"));
  await writeFile(join(dir, "lease-script"), leaseScript);
  await chmod(join(dir, "lease-script"), 0o755);
  host = await openNamespace("true");
  machine = await openNamespace("true", host);
  await onHost(
    `ip link add lan1 type veth peer name eth0 address ${mac} netns ${machine.pid}`,
    `ip addr add ${server}/24 dev lan1`,
    "ip link set lan1 up",
  );
  await runInside(machine, ["ip", "link", "set", "eth0", "up"]);
  [warnings, news] = [[], Promise.withResolvers()];
  up = spawnInside(host, [...tink, "up", "--data-dir", join(dir, "data"), "--interface", "lan1"], { env });
  createInterface({ input: up.stderr }).on("line", (text) => {
    const { event, message } = JSON.parse(text) as { event: string; message: string }; // our own log
    if (event !== "warning") return;
    warnings.push(message);
    news.resolve();
    news = Promise.withResolvers();
  });
  const [line] = await once(createInterface({ input: up.stdout }), "line");
  ready = JSON.parse(String(line));
  await writeFile(join(dir, "hardware.yaml"), hardware);
  const apply = [...tink, "--data-dir", join(dir, "data"), "apply", "-f", join(dir, "hardware.yaml")];
  const applied = await runInside(host, apply);
  assert.equal(applied.code, 0, applied.stderr);
});

after(async () => {
  up.kill("SIGKILL");
  for (const namespace of [machine, host]) await namespace.close();
  await rm(dir, { recursive: true });
});

async function onHost(...commands: readonly string[]): Promise<void> {
  const { code, stderr } = await runInside(host, ["sh", "-ec", commands.join("\n")]);
  assert.equal(code, 0, stderr);
}

async function warned(text: RegExp): Promise<void> {
  while (!warnings.some((message) => text.test(message))) await news.promise;
}

/** @param tries A second each. */
const lease = (tries: number): Promise<CommandResult> =>
  runInside(machine, [
    "udhcpc",
    "-i",
    "eth0",
    "-f",
    "-q",
    "-n",
    "-t",
    `${tries}`,
    "-T",
    "1",
    "-s",
    join(dir, "lease-script"),
  ]);

describe("tink up without koffi", () => {
  test("says once what is lost of DHCP and TFTP, and of TCP, and how to mend it", () => {
    const [tcp = "", udp = "", ...others] = warnings.filter((message) => !message.includes("vmlinuz"));
    assert.deepEqual(others, []);
    assert.match(
      tcp,
      /^whoever reaches this server's addresses is let in to TCP ports 7080 and 42113, also by other links than lan1: /,
    );
    assert.match(tcp, shut);
    assert.match(
      udp,
      /^DHCP and TFTP are answered by Node's own sockets: .* replies to machines without an address are broadcast, /,
    );
    assert.match(udp, shut);
  });

  test("gives a machine without an address its own, and renews it when it asks for that", async () => {
    const udhcpc = spawnInside(machine, ["udhcpc", "-i", "eth0", "-f", "-n", "-s", join(dir, "lease-script")]);
    await untilSaid(udhcpc.stderr, /lease of 10\.77\.0\.61 obtained from 10\.77\.0\.1,/);
    udhcpc.kill("SIGUSR1");
    await untilSaid(udhcpc.stderr, /sending renew to server 10\.77\.0\.1[\s\S]*lease of 10\.77\.0\.61 obtained/);
    const ended = once(udhcpc, "exit");
    udhcpc.kill("SIGKILL");
    await ended;
  });

  test("lends it its boot loader over TFTP, and its script over HTTP", async () => {
    const copy = join(dir, "snponly.efi");
    const tftp = ["curl", "-sS", "--tftp-blksize", "1400", "-o", copy, `tftp://${server}/snponly.efi`];
    const { code, stderr } = await runInside(machine, tftp);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok((await readFile("/usr/lib/ipxe/snponly.efi")).equals(await readFile(copy)));
    const script = await runInside(machine, ["curl", "-sS", `${ready.http}/ipxe/script/auto.ipxe`]);
    assert.match(script.stdout, /^#!ipxe/);
  });

  test("answers no broadcast while another link may have brought it, which it says, but what comes to its address", async () => {
    await onHost(
      `ip link add lan2 type veth peer name eth1 netns ${machine.pid}`,
      "ip addr add 10.78.0.1/24 dev lan2",
      "ip link set lan2 up",
    );
    await warned(
      /^machines on lan1 get addresses by way of a relay alone: .* whether it came by lan2; take down .*: ip link set LINK down$/,
    );
    // A look at the links holds for a second.
    while ((await lease(1)).code === 0);
    assert.equal((await lease(2)).code, 1);
    const inform = ["dhcping", "-i", "-t", "1", "-s", server, "-c", address, "-h", mac];
    assert.equal((await runInside(machine, inform)).code, 0);
    await onHost("ip link add lan3 type bridge", "ip link set lan3 up");
    await warned(/ whether it came by (lan2 or lan3|lan3 or lan2); /);
    await onHost("ip link del lan2");
    await warned(/ whether it came by lan3; /);
    await onHost("ip link del lan3");
    await warned(/^what machines on lan1 broadcast is answered: no other link can bring it now$/);
    assert.equal((await lease(5)).code, 0);
  });

  test("ends at once when it is told to", async () => {
    const ended = once(up, "close", { signal: AbortSignal.timeout(5000) });
    up.kill();
    assert.deepEqual(await ended, [0, null]);
  });
});
