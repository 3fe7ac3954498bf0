// ISC's Kea with a reservation for each machine of the paper rack, as Debian builds it: several threads, leases in memory and in a file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paperMachineAt, rackNetwork } from "@neverland/paper-rack/paper-machine.ts";
import type { ServerCommand } from "../workers/server-process.ts";
import type { DhcpPeerOrder } from "./dhcp-peer.ts";

/** Its libraries; the server itself is unpacked aside, so that no service of it is ever started. */
export const keaLibraries = { package: "kea-common", purpose: "the libraries of a peer of this benchmark" } as const;
export const keaPackage = "kea-dhcp4-server";

const leaseSeconds = 86_400;

export async function keaCommand(dir: string, { cable, machines, packagesDir }: DhcpPeerOrder): Promise<ServerCommand> {
  const file = join(dir, "kea.json");
  await writeFile(file, JSON.stringify({ Dhcp4: configuration(dir, cable.server.name, machines) }));
  return {
    argv: [join(packagesDir, keaPackage, "usr/sbin/kea-dhcp4"), "-c", file],
    env: { KEA_PIDFILE_DIR: dir, KEA_LOCKFILE_DIR: "none" },
    isReady: (line) => line.includes("DHCP4_STARTED"),
  };
}

function configuration(dir: string, device: string, machines: number) {
  const quiet = ["leases", "packets", "dhcpsrv", "alloc-engine"].map((part) => `kea-dhcp4.${part}`);
  const logger = (name: string, severity: string) => ({ name, severity, output_options: [{ output: "stdout" }] });
  return {
    "interfaces-config": { interfaces: [device], "dhcp-socket-type": "udp" },
    "multi-threading": { "enable-multi-threading": true },
    "lease-database": { type: "memfile", persist: true, name: join(dir, "leases.csv"), "lfc-interval": 3600 },
    "valid-lifetime": leaseSeconds,
    // No line for each lease, which neither is needed nor would make it quicker.
    loggers: [logger("kea-dhcp4", "INFO"), ...quiet.map((name) => logger(name, "WARN"))],
    subnet4: [
      {
        subnet: rackNetwork.prefix,
        "option-data": [{ name: "routers", data: rackNetwork.relay }],
        "next-server": "192.0.2.1",
        "boot-file-name": "snponly.efi",
        reservations: Array.from({ length: machines }, (_, index) => {
          const { mac, address } = paperMachineAt(index);
          return { "hw-address": mac, "ip-address": address, hostname: `node-${index}` };
        }),
      },
    ],
  };
}
