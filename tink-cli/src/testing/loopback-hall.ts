// Machines on loopback for a whole `tink up`: they ask by a relay for their addresses, and read their loader by TFTP and HTTP. No privilege is needed.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { kinds } from "@neverland/api";
import { freePort } from "@neverland/boots-netboot/testing/free-port.ts";
import { type Clients, clientsOf } from "../connect.ts";
import { findConnection } from "../connection.ts";
import type { Answers } from "./hall-asker.ts";

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

/** Tells the server of all machines of the hall. */
export async function registerHall(clients: Clients): Promise<void> {
  for (let n = 1; n <= hallMachines; n += 1) {
    const { mac, address } = hallMachine(n);
    await clients(kinds.Hardware).create({
      metadata: { name: `hall${n}` },
      spec: { interfaces: [{ dhcp: { mac, ip: { address, netmask: "255.0.0.0" } }, netboot: { allowPXE: true } }] },
    });
  }
}

export async function registerHallAt(dataDir: string): Promise<void> {
  await registerHall(clientsOf(await findConnection({ dataDir }, {}, false)));
}

export interface Asking {
  /** Every kind has been answered `times` times. */
  answered(times: number): Promise<void>;
  /** Ends it when what was asked last is answered. */
  stop(): Promise<Answers>;
  /** Ends it at once. */
  abandon(): Promise<unknown>;
}

/** Has the machines ask again and again, in a thread of its own: this one may be busy. */
export function askAsHall(hall: Hall): Asking {
  const worker = new Worker(new URL("./hall-asker.ts", import.meta.url), { workerData: hall });
  let seen: Answers = { dhcp: [], tftp: [], http: [] };
  let news = Promise.withResolvers<void>();
  worker.on("message", (answers: Answers) => {
    seen = answers;
    news.resolve();
    news = Promise.withResolvers<void>();
  });
  worker.on("error", (error) => {
    // Who waits hears of it.
    news.promise.catch(() => undefined);
    news.reject(error);
  });
  return {
    async answered(times) {
      while (Object.values(seen).some(({ length }) => length < times)) await news.promise;
    },
    async stop() {
      worker.postMessage("stop");
      await new Promise((resolve) => worker.once("exit", resolve));
      return seen;
    },
    abandon: () => worker.terminate(),
  };
}
