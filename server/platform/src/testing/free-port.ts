// Ports for servers that must be told theirs. One that the kernel chose and got back may be another test's by then: these are of numbers that
// it gives to nobody (net.ipv4.ip_local_port_range begins at 32768), and each process begins at a place of its own.
import { bindUdp } from "../network/udp-endpoint.ts";

const first = 10_000;
const count = 22_000;
const ofProcess = 32;
let next = process.pid * ofProcess;

/** Of UDP, on all addresses. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % count);
    const endpoint = await bindUdp({ host: "0.0.0.0", port, purpose: "a test" }, AbortSignal.timeout(5000)).catch(
      () => undefined,
    );
    if (endpoint === undefined) continue;
    await endpoint.close();
    return port;
  }
}
