// The lab's one Ethernet: a bridge in the namespace this process is in, and a cable for each machine.
import { constants } from "node:fs";
import { access, open, readFile, writeFile } from "node:fs/promises";
import { LabError, reasonOf } from "../lab-error.ts";
import { labNamespaceMark } from "../namespace/namespace-command.ts";
import type { runShortProgram } from "../short-program.ts";
import { type Cable, type CableKind, packetSocketCable, tapCable } from "./cable.ts";
import { loadNativeSockets } from "./native-sockets.ts";
import { bridgeCommands, defaultNetwork, type NetworkConfig, tapCommands, vethCommands } from "./network-commands.ts";

export interface LabNetwork {
  readonly config: NetworkConfig;
  readonly cableKind: CableKind;
  /** Lays one more cable; its interfaces live as long as the namespace. */
  addCable(signal: AbortSignal): Promise<Cable>;
}

export interface NetworkDeps {
  readonly run: typeof runShortProgram;
}

export interface NetworkOptions extends Partial<NetworkConfig> {
  /** `auto` takes taps where /dev/net/tun may be opened, else packet sockets, which need no device node. */
  readonly cables?: "auto" | CableKind;
}

/** @throws {LabError} `namespace-refused` outside of a namespace made by `runInLabNamespace`: a host's network is never touched. */
export async function openLabNetwork(
  options: NetworkOptions,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<LabNetwork> {
  await refuseHostNetwork();
  const config: NetworkConfig = { ...defaultNetwork, ...options };
  const cableKind = await chooseCables(options.cables ?? "auto");
  const ip = async (commands: readonly string[]): Promise<void> => {
    await deps.run(["ip", "-batch", "-"], { input: `${commands.join("\n")}\n`, signal });
  };
  await setKernelKnob("net/unix/max_dgram_qlen", "512"); // room between a packet socket's relay and QEMU
  await ip(bridgeCommands(config));
  // Without this the bridge's own IPv6 address is tentative for two seconds, and a router advertisement cannot leave.
  await setKernelKnob(`net/ipv6/conf/${config.bridge}/accept_dad`, "0");
  await ip([`link set dev ${config.bridge} up`]);
  let cables = 0;
  const addCable = async (): Promise<Cable> => {
    const index = cables++;
    return cableKind === "tap" ? layTap(config.bridge, index, ip) : layVeth(config.bridge, index, ip);
  };
  return { config, cableKind, addCable };
}

type Ip = (commands: readonly string[]) => Promise<void>;

async function layTap(bridge: string, index: number, ip: Ip): Promise<Cable> {
  const tapName = `tap${index}`;
  await ip(tapCommands(bridge, tapName));
  await setKernelKnob(`net/ipv6/conf/${tapName}/disable_ipv6`, "1");
  return tapCable(tapName);
}

async function layVeth(bridge: string, index: number, ip: Ip): Promise<Cable> {
  const [portName, endName] = [`port${index}`, `end${index}`];
  // Off before the ends exist would be better still, but the default also governs the bridge.
  await ip(vethCommands(bridge, portName, endName));
  for (const name of [portName, endName]) await setKernelKnob(`net/ipv6/conf/${name}/disable_ipv6`, "1");
  const sockets = loadNativeSockets();
  // What leaves the port must be a finished frame: the guest drops packets whose checksum nobody has filled in.
  sockets.disableOffloads(portName);
  return packetSocketCable(endName, sockets);
}

/** Both must hold: the mark says that we were started for this, the list that nobody else's interfaces are here. */
async function refuseHostNetwork(): Promise<void> {
  const marked = process.env[labNamespaceMark] === "1";
  const foreign = interfacesIn(await readFile("/proc/self/net/dev", "utf8")).filter(
    (name) => !bornWithNamespace.test(name),
  );
  if (marked && foreign.length === 0) return;
  const why = marked ? `there are other interfaces here (${foreign.join(", ")})` : `${labNamespaceMark} is not set`;
  throw new LabError(
    "namespace-refused",
    `a lab network is only made in a lab's own namespace, and ${why}; start this program with runInLabNamespace`,
  );
}

// lo, and the fallback devices that tunnel modules put into every new namespace.
const bornWithNamespace = /^(lo|tunl0|sit0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0)$/;

function interfacesIn(procNetDev: string): string[] {
  return procNetDev
    .split("\n")
    .slice(2)
    .flatMap((line) => line.split(":")[0]?.trim() || []);
}

async function chooseCables(wanted: "auto" | CableKind): Promise<CableKind> {
  if (wanted === "packet-socket") return wanted;
  const refusal = await tunRefusal();
  if (refusal === undefined) return "tap";
  if (wanted === "auto") return "packet-socket";
  throw new LabError("socket-refused", refusal);
}

/** @returns Why taps cannot be had here, with the remedy, or nothing when they can. */
export async function tunRefusal(path = "/dev/net/tun"): Promise<string | undefined> {
  try {
    await (await open(path, constants.O_RDWR)).close();
    return undefined;
  } catch (error) {
    const remedy = (await exists(path))
      ? `udev's default mode is 0666; as root: chmod 0666 ${path}`
      : "as root: modprobe tun";
    return `taps need ${path}, which cannot be opened for writing (${reasonOf(error)}); ${remedy}. Packet sockets (cables: "packet-socket") need no such device`;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Tunes where it can: a kernel without IPv6 has no such file, and needs no such tuning. */
async function setKernelKnob(path: string, value: string): Promise<void> {
  await writeFile(`/proc/sys/${path}`, value).catch(() => undefined);
}
