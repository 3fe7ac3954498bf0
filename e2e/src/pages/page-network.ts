// The networks that pages are typed in: one where firmware is played by a DHCP client, and a lab's, whose machines start.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Entrance,
  type Namespace,
  openNamespace,
  runInside,
} from "@neverland/boots-netboot/testing/network-namespace.ts";
import { ensureArtifacts } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { runTink } from "../run-tink.ts";

export interface PageNetwork extends Entrance {
  /** The server's link, unless a page writes a configuration. */
  readonly link: string;
  /** Whether what is switched on is installed, and can be logged in to. */
  readonly hasMachines: boolean;
  powerOn(mac: string): Promise<void>;
  close(): Promise<void>;
}

/** As the pages have them: the server's address, and that of the machine of examples/debian/hardware.yaml. */
const links = [
  "ip link add eth1 type veth peer name far",
  "ip link set far up",
  "ip addr add 192.168.1.2/24 dev eth1",
  "ip addr add 192.168.1.50/24 dev eth1",
  "ip link set eth1 up",
  "ip link add eth2 type veth peer name far2",
  "ip addr add 10.8.0.2/24 dev eth2",
  "ip link set far2 up",
  "ip link set eth2 up",
].join("; ");

export async function openWires(): Promise<PageNetwork> {
  const namespace = await openNamespace(links);
  return {
    enter: namespace.enter,
    link: "eth1",
    hasMachines: false,
    powerOn: (mac) => askForAddress(namespace, mac),
    close: () => namespace.close(),
  };
}

/** As far as firmware comes by DHCP: it asks for an address, takes the one that it is offered, and reads no file. */
async function askForAddress(namespace: Namespace, mac: string): Promise<void> {
  const asks = "udhcpc -i far -n -q -t 2 -T 1 -A 1 -s /bin/true -V PXEClient:Arch:00007:UNDI:003016 -x 0x5d:0007";
  await runWell(namespace, mac, `ip link set far down; ip link set far address ${mac} up; ${asks} || true`);
}

/** UEFI machines with an NVMe disk, as small computers of today are. What `--build` fetches is made before: a lab leads nowhere. */
export async function openLabNetwork(signal: AbortSignal): Promise<PageNetwork> {
  await ensureArtifacts({ cacheDir: defaultCacheDir(process.env), signal });
  const dir = await mkdtemp(join(tmpdir(), "page-lab-"));
  const lab = async (verb: string, ...args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await runTink(["lab", verb, "--dir", dir, ...args], { signal });
    if (exitCode !== 0) throw new Error(`tink lab ${verb} ended with ${exitCode}: ${stderr}`);
  };
  await lab("start", "--accel", "tcg");
  const network = { enter: [join(import.meta.dirname, "../../../tink"), "lab", "exec", "--dir", dir, "--"] };
  await runWell(network, "the lab", "ip address flush dev br0; ip address add 192.168.1.2/24 dev br0");
  return {
    ...network,
    link: "br0",
    hasMachines: true,
    powerOn: async (mac) => {
      const name = mac.replaceAll(":", "");
      await lab("add", name, "--mac", mac, "--firmware", "uefi", "--bus", "nvme");
      await lab("power", name, "on");
    },
    close: async () => {
      await runTink(["lab", "destroy", "--dir", dir], { signal: AbortSignal.timeout(60_000) });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function runWell(network: Entrance, what: string, script: string): Promise<void> {
  const { code, stderr } = await runInside(network, ["sh", "-c", script]);
  if (code !== 0) throw new Error(`${what} cannot be set up: ${stderr}`);
}
