// Debian's etcd on loopback with a data folder of its own: the store of a Kubernetes control plane, and nothing else of it.
import { createServer } from "node:net";

export const etcdPackage = { package: "etcd-server", purpose: "the peer of this benchmark" } as const;

export type EtcdCommand = {
  readonly argv: readonly [string, ...string[]];
  /** Where it takes gRPC calls and HTTP requests. */
  readonly port: number;
  readonly isReady: (line: string) => boolean;
};

export async function etcdCommand(dataDir: string): Promise<EtcdCommand> {
  const [port, peerPort] = [await freePort(), await freePort()];
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const urls = [
    ["--listen-client-urls", client],
    ["--advertise-client-urls", client],
    ["--listen-peer-urls", peer],
    ["--initial-advertise-peer-urls", peer],
    ["--initial-cluster", `default=${peer}`],
  ].flat();
  return {
    argv: ["etcd", "--data-dir", dataDir, ...urls],
    port,
    isReady: (line) => line.includes("ready to serve client requests"),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free on 127.0.0.1");
  return address.port;
}
