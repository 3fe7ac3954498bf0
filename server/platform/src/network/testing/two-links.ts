// Run by a test in a namespace of its own: links a0 and b0 are the server's, a1 and b1 (without addresses) their clients'.
import { once } from "node:events";
import { bindUdpToDevice } from "../device-socket.ts";
import { loadLibc } from "../libc.ts";
import type { Datagram, UdpEndpoint } from "../udp-endpoint.ts";

const [serverPort, clientPort] = [67, 68];
const broadcast = "255.255.255.255";

async function main(): Promise<void> {
  const libc = await loadLibc();
  const signal = AbortSignal.timeout(10_000);
  const open = (link: string, port: number) =>
    bindUdpToDevice(libc, link, { host: "0.0.0.0", port, purpose: "DHCP" }, signal);
  const servers = { a0: await open("a0", serverPort), b0: await open("b0", serverPort) };
  const clients = { a1: await open("a1", clientPort), b1: await open("b1", clientPort) };
  const heard = listen(servers);
  const answered = listen(clients);
  for (const [link, server] of Object.entries(servers))
    server.onDatagram(() => void server.send(Buffer.from(`to ${link}'s client`), broadcast, clientPort));
  for (const [link, client] of Object.entries(clients))
    await client.send(Buffer.from(`from ${link}`), broadcast, serverPort);
  process.stdout.write(JSON.stringify({ heard: await heard, answered: await answered }));
  for (const endpoint of [...Object.values(servers), ...Object.values(clients)]) await endpoint.close();
}

/** The first two things heard, in order of their links. */
async function listen(endpoints: Record<string, UdpEndpoint>): Promise<string[]> {
  const signals = new EventTarget();
  const said: string[] = [];
  for (const [link, endpoint] of Object.entries(endpoints))
    endpoint.onDatagram(({ bytes }: Datagram) => {
      said.push(`${link}: ${Buffer.from(bytes).toString()}`);
      signals.dispatchEvent(new Event("said"));
    });
  while (said.length < 2) await once(signals, "said", { signal: AbortSignal.timeout(10_000) });
  return said.sort();
}

await main();
