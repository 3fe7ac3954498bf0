// Debian's etcd on loopback with a data folder of its own: the store of a Kubernetes control plane, and nothing else of it.
import { freeTcpPort } from "@neverland/platform/testing/free-port.ts";

export const etcdPackage = { package: "etcd-server", purpose: "the peer of this benchmark" } as const;

export type EtcdCommand = {
  readonly argv: readonly [string, ...string[]];
  /** Where it takes gRPC calls and HTTP requests. */
  readonly port: number;
  readonly isReady: (line: string) => boolean;
};

export async function etcdCommand(dataDir: string): Promise<EtcdCommand> {
  const [port, peerPort] = [await freeTcpPort(), await freeTcpPort()];
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
