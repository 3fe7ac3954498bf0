// Machines on loopback for a whole `tink up`: they ask by a relay for their addresses, and read their loader by TFTP and HTTP. No privilege is needed.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kinds } from "@neverland/api";
import { freePort } from "@neverland/platform/testing/free-port.ts";
import { clientsOf } from "../connection/connect.ts";
import { findConnection } from "../connection/connection.ts";

export interface Hall {
  readonly dhcpPort: number;
  readonly tftpPort: number;
  readonly httpPort: number;
  /** Of `tink up`. */
  readonly flags: readonly string[];
}

export const hallMachines = 8;
export const loader = { name: "snponly.efi", sizeBytes: 2000 } as const;

/** @param n From 1 on. */
export function hallMachine(n: number): { readonly mac: string; readonly address: string } {
  return { mac: `52:54:00:00:01:${n.toString(16).padStart(2, "0")}`, address: `127.0.1.${n}` };
}

/** @param dir Where the loader may lie. */
export async function layOutHall(dir: string): Promise<Hall> {
  const binaries = join(dir, "ipxe");
  await mkdir(binaries, { recursive: true });
  await writeFile(join(binaries, loader.name), Buffer.alloc(loader.sizeBytes, 7));
  const [dhcpPort, tftpPort, httpPort] = [await freePort(), await freePort(), await freePort()];
  const ports = ["--dhcp-port", `${dhcpPort}`, "--tftp-port", `${tftpPort}`, "--http-port", `${httpPort}`];
  const listen = ["--interface", "lo", "--grpc-port", "0", "--api-listen", "127.0.0.1:0"];
  return { dhcpPort, tftpPort, httpPort, flags: [...listen, ...ports, "--ipxe-dir", binaries] };
}

/** Tells the server with these data of all machines of the hall. */
export async function registerHallAt(dataDir: string): Promise<void> {
  const hardware = clientsOf(await findConnection({ dataDir }, {}, false))(kinds.Hardware);
  for (let n = 1; n <= hallMachines; n += 1) {
    const { mac, address } = hallMachine(n);
    await hardware.create({
      metadata: { name: `hall${n}` },
      spec: { interfaces: [{ dhcp: { mac, ip: { address, netmask: "255.0.0.0" } }, netboot: { allowPXE: true } }] },
    });
  }
}
