// The inner half of up-beside-dnsmasq.slow.test.ts, in the lab's namespace: machines that dnsmasq tells what to boot, and
// that get it from tink up --no-dhcp.
import { createWriteStream } from "node:fs";
import { mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kinds } from "@neverland/api";
import { bootSector } from "@neverland/boots-netboot/testing/boot-code.ts";
import { openNamespace, spawnInside, untilSaid } from "@neverland/boots-netboot/testing/network-namespace.ts";
import { runProgram } from "@neverland/debian";
import { answerOrder, openRack, type Rack, type RackRequest, readPcap } from "@neverland/lab";
import { type Clients, clientsOf } from "../connection/connect.ts";
import { findConnection } from "../connection/connection.ts";
import { startServerProcess } from "../demo/server-process.ts";

export type BesideDnsmasqOrder = {
  /** Of this test alone. */
  readonly dir: string;
  /** What the machines boot. */
  readonly hookDir: string;
  readonly machines: readonly BesideDnsmasqMachine[];
};

export type BesideDnsmasqMachine = Pick<RackRequest, "firmware" | "netboot"> & {
  readonly name: string;
  readonly mac: string;
  readonly address: string;
  /** The boot sector on its disk; a machine that has one is not to be netbooted any more. */
  readonly disk?: { readonly says: string };
  /** Type of the event at which it has come as far as it is to come. */
  readonly until: string;
  /** What it says on its serial port then, when that is to be waited for too. */
  readonly says?: string;
};

export type BesideDnsmasqResult = {
  readonly [machine: string]: {
    /** Who sent it anything from a DHCP server's port. */
    readonly dhcpServers: readonly string[];
    /** Type of each event on its timeline, and the file that it is about. */
    readonly events: readonly string[];
  };
};

const namespace = "default";
const serverAddress = "10.77.0.1";
const dnsmasqAddress = "10.77.0.2";
const example = join(import.meta.dirname, "../../../examples/dnsmasq/neverland.conf");
const diskBytes = 64 * 2 ** 20;
const timeoutMs = 4 * 60_000;

await answerOrder<BesideDnsmasqOrder, BesideDnsmasqResult>(async ({ dir, hookDir, machines }, signal) => {
  const rack = await openRack({ dir: join(dir, "rack"), accelerator: "tcg" }, signal);
  const { bridge } = rack.network.config;
  await startDnsmasq(dir, bridge, machines);
  const dataDir = join(dir, "data");
  const listen = ["--interface", bridge, "--boot-listen", serverAddress, "--no-dhcp"];
  const args = ["--data-dir", dataDir, "--hook-dir", hookDir, ...listen];
  await startServerProcess(args, join(dir, "server.log"), signal);
  const clients = clientsOf(await findConnection({ dataDir }, {}, true));
  const results: [string, BesideDnsmasqResult[string]][] = [];
  for (const machine of machines) results.push([machine.name, await boot(machine, rack, clients, signal)]);
  return Object.fromEntries(results);
});

/** On a host of its own, with what its owner may have had before, and our example. */
async function startDnsmasq(dir: string, bridge: string, machines: readonly BesideDnsmasqMachine[]): Promise<void> {
  const text = (await readFile(example, "utf8")).replaceAll("192.168.1.2", serverAddress);
  const lines = text.replaceAll(/^#(?=\S)/gm, "").split("\n"); // what is optional there is in use here
  const added = lines.flatMap((line) =>
    line.startsWith("dhcp-host=") ? machines.map(({ mac, address }) => `dhcp-host=${mac},${address}`) : line,
  );
  const before = ["port=0", "interface=eth0", "dhcp-range=10.77.0.0,static,255.255.255.0"];
  const file = join(dir, "dnsmasq.conf");
  await writeFile(file, [...before, `dhcp-leasefile=${join(dir, "leases")}`, ...added].join("\n"));
  const host = await openNamespace("true");
  const lay = [
    `ip link add port-dnsmasq type veth peer name eth0 netns ${host.pid}`,
    `ip link set port-dnsmasq master ${bridge} up`,
    `${host.enter.join(" ")} ip addr add ${dnsmasqAddress}/24 dev eth0`,
    `${host.enter.join(" ")} ip addr add fd77::1/64 dev eth0 nodad`,
    `${host.enter.join(" ")} ip link set eth0 up`,
  ];
  await runProgram(["sh", "-ec", lay.join("\n")]);
  // As for finding faults: it stays in the foreground and whose it is, and says what it does.
  const dnsmasq = spawnInside(host, ["dnsmasq", "--no-daemon", `--conf-file=${file}`]);
  dnsmasq.stderr.pipe(createWriteStream(join(dir, "dnsmasq.log")));
  await untilSaid(dnsmasq.stderr, /DHCP, static leases only/);
}

async function boot(
  { address, disk, until, says, ...request }: BesideDnsmasqMachine,
  rack: Rack,
  clients: Clients,
  signal: AbortSignal,
): Promise<BesideDnsmasqResult[string]> {
  const { name, mac } = request;
  const dhcp = { mac, ip: { address, netmask: "255.255.255.0", gateway: serverAddress } };
  const spec = { interfaces: [{ dhcp, netboot: { allowPXE: disk === undefined } }] };
  await clients(kinds.Hardware).create({ metadata: { name, namespace }, spec });
  const machine = await rack.add(request);
  if (disk !== undefined) {
    await mkdir(machine.folder.path, { recursive: true });
    await writeFile(machine.folder.disk, bootSector(disk.says));
    await truncate(machine.folder.disk, diskBytes);
  }
  const said = says === undefined ? undefined : machine.waitForSerial(new RegExp(says), { signal, timeoutMs });
  await machine.powerOn(signal);
  const events = await eventsUntil(until, name, clients, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  await said;
  const dhcpServers = await dhcpServersIn(machine.captureFile);
  await machine.powerOff();
  return { dhcpServers, events };
}

async function eventsUntil(last: string, hardware: string, clients: Clients, signal: AbortSignal): Promise<string[]> {
  const told: string[] = [];
  const watch = { namespace, fieldSelector: `spec.hardware=${hardware}`, signal };
  for await (const event of clients(kinds.MachineEvent).watch(watch)) {
    const added = event.type === "synced" ? event.items : event.type === "added" ? [event.object] : [];
    for (const { spec } of added) {
      told.push(`${spec?.type} ${spec?.data?.file ?? spec?.reason ?? ""}`.trim());
      if (spec?.type === last) return told;
    }
  }
  throw new Error(`no ${last} of ${hardware} in time, only: ${told.join(", ")}`);
}

/** Source addresses of the packets from UDP port 67. */
async function dhcpServersIn(capture: string): Promise<string[]> {
  const senders = readPcap(await readFile(capture)).flatMap(({ bytes }) => {
    const isIpv4Udp = bytes[12] === 0x08 && bytes[13] === 0x00 && bytes[23] === 17;
    const udp = 14 + ((bytes[14] ?? 0) & 15) * 4;
    const sourcePort = ((bytes[udp] ?? 0) << 8) | (bytes[udp + 1] ?? 0);
    return isIpv4Udp && sourcePort === 67 ? bytes.subarray(26, 30).join(".") : [];
  });
  return [...new Set(senders)];
}
