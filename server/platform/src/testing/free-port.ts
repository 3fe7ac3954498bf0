// Ports for servers that must be told theirs. One that the kernel chose and got back may be another test's by then: these are of numbers that
// it gives to nobody (net.ipv4.ip_local_port_range begins at 32768), and each process begins at a place of its own.
import { once } from "node:events";
import { createServer } from "node:net";
import { bindUdp } from "../network/udp-endpoint.ts";

const first = 10_000;
const count = 22_000;
const ofProcess = 32;
let next = process.pid * ofProcess;

/** Of UDP, on all addresses. */
export async function freePort(): Promise<number> {
  return await firstFree(async (port) => {
    const endpoint = await bindUdp({ host: "0.0.0.0", port, purpose: "a test" }, AbortSignal.timeout(5000));
    await endpoint.close();
  });
}

/** Of TCP, on 127.0.0.1. */
export async function freeTcpPort(): Promise<number> {
  return await firstFree(async (port) => {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    await new Promise((resolve) => server.close(resolve));
  });
}

/** @param take Takes it and gives it back. @throws {Error} The last refusal, where none of very many is free. */
async function firstFree(take: (port: number) => Promise<void>): Promise<number> {
  for (let tried = 1; ; tried += 1) {
    const port = first + (next++ % count);
    const refusal = await take(port).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (refusal === undefined) return port;
    if (tried === count) throw refusal.error;
  }
}
