// A real kube-apiserver over Debian's etcd, on loopback, with a folder of its own: the yardstick.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { runProgram, unpackPackages } from "@neverland/debian";
import { freeTcpPort } from "@neverland/platform/testing/free-port.ts";
import { cacheFolder } from "../cache-folder.ts";
import { type ApiServer, ask } from "./ask.ts";
import { buildKubeApiserver } from "./kube-apiserver-build.ts";
import { startProgram } from "./program.ts";

/** Half a minute on a busy machine, where etcd's first flushes take their time. */
const readyWithinMs = 120_000;

export type KubeApiserver = ApiServer & { close(): Promise<void> };

/** @throws {Error} With the end of what was written, where it is not ready in time. */
export async function startKubeApiserver(): Promise<KubeApiserver> {
  const program = await buildKubeApiserver();
  const folder = await mkdtemp(join(tmpdir(), "kube-apiserver-"));
  const [etcdPort, peerPort, port] = [await freeTcpPort(), await freeTcpPort(), await freeTcpPort()];
  const token = "a-token-of-the-yardstick";
  await writeFile(join(folder, "tokens"), `${token},admin,1,system:masters\n`);
  await runProgram(["openssl", "genrsa", "-out", join(folder, "accounts.key"), "2048"]);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const packages = join(cacheFolder(), "packages");
  await unpackPackages(["etcd-server"], packages);
  const etcd = startProgram(join(packages, "etcd-server/usr/bin/etcd"), {
    "data-dir": join(folder, "etcd"),
    "listen-client-urls": etcdUrl,
    "advertise-client-urls": etcdUrl,
    "listen-peer-urls": peerUrl,
    "initial-advertise-peer-urls": peerUrl,
    "initial-cluster": `default=${peerUrl}`,
  });
  const apiserver = startProgram(program, {
    "etcd-servers": etcdUrl,
    "bind-address": "127.0.0.1",
    // It is told to nobody, but looked for among the default routes where it is not given.
    "advertise-address": "192.0.2.1",
    "secure-port": String(port),
    "cert-dir": join(folder, "certificates"),
    "token-auth-file": join(folder, "tokens"),
    "authorization-mode": "RBAC",
    "service-account-issuer": "https://yardstick.example",
    "service-account-key-file": join(folder, "accounts.key"),
    "service-account-signing-key-file": join(folder, "accounts.key"),
    "disable-admission-plugins": "ServiceAccount",
    "endpoint-reconciler-type": "none",
    "service-cluster-ip-range": "10.0.0.0/24",
  });
  const close = async (): Promise<void> => {
    await apiserver.end();
    await etcd.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const signal = AbortSignal.timeout(readyWithinMs);
    const ca = await readWhenThere(join(folder, "certificates/apiserver.crt"), signal);
    const server = { url: `https://127.0.0.1:${port}`, token, ca };
    while ((await ask(server, "GET", "/readyz").catch(() => undefined))?.status !== 200)
      await setTimeout(200, undefined, { signal });
    return { ...server, close };
  } catch (cause) {
    const said = `etcd: ${etcd.said()}\nkube-apiserver: ${apiserver.said()}`;
    await close();
    throw new Error(`kube-apiserver was not ready within ${readyWithinMs} ms.\n${said}`, { cause });
  }
}

/** The certificate is the server's own word for when it listens. */
async function readWhenThere(file: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.includes("END CERTIFICATE")) return text;
    await setTimeout(100, undefined, { signal });
  }
}
