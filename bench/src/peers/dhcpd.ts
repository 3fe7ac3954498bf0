// ISC dhcpd with a host for each machine of the paper rack. Fixed addresses are no leases: it writes nothing for them.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paperMachineAt, rackNetwork } from "@neverland/paper-rack/paper-machine.ts";
import type { ServerCommand } from "../workers/server-process.ts";
import type { DhcpPeerOrder } from "./dhcp-peer.ts";

/** Unpacked aside, so that no service of it is ever started. */
export const dhcpdPackage = "isc-dhcp-server";

export async function dhcpdCommand(
  dir: string,
  { cable, machines, packagesDir }: DhcpPeerOrder,
): Promise<ServerCommand> {
  const [file, leases] = [join(dir, "dhcpd.conf"), join(dir, "dhcpd.leases")];
  await writeFile(leases, "");
  await writeFile(file, configuration(cable.network, machines));
  const program = join(packagesDir, dhcpdPackage, "usr/sbin/dhcpd");
  const args = ["-4", "-f", "-cf", file, "-lf", leases, "--no-pid", cable.server.name];
  // It tells the system's log of every message; the machine's own is not to hear of a benchmark.
  const mute = '[ ! -S /dev/log ] || mount --bind /dev/null /dev/log; exec "$@"';
  return {
    argv: ["unshare", "--mount", "sh", "-c", mute, "sh", program, ...args],
    isReady: (line) => line.includes("Sending on   Socket/fallback"),
  };
}

function configuration(cableNetwork: string, machines: number): string {
  const host = (index: number) => {
    const { mac, address } = paperMachineAt(index);
    return `host node-${index} { hardware ethernet ${mac}; fixed-address ${address}; option host-name "node-${index}"; }`;
  };
  return [
    "authoritative;",
    "default-lease-time 86400;",
    "max-lease-time 86400;",
    `subnet ${cableNetwork} netmask 255.255.255.0 { }`,
    `subnet ${rackNetwork.network} netmask ${rackNetwork.netmask} {`,
    `  option routers ${rackNetwork.relay};`,
    "  next-server 192.0.2.1;",
    '  filename "snponly.efi";',
    "}",
    ...Array.from({ length: machines }, (_, index) => host(index)),
    "",
  ].join("\n");
}
