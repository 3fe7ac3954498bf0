// How small an idle server is, and how soon it is ready: tink up beside etcd, which is only the database of a control plane.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { ensurePackages } from "@neverland/debian";
import { median } from "./figures/median.ts";
import { etcdCommand, etcdPackage } from "./peers/etcd.ts";

export const summary = "tink up: start to ready and idle memory, beside Debian's etcd";

const rounds = 5;
/** Long enough for start-up garbage to be collected, short enough to run often. */
const idleMs = 5000;

type Sample = { readonly readyMs: number; readonly residentMiB: number };
type Server = { readonly argv: readonly [string, ...string[]]; readonly isReady: (line: string) => boolean };

/** Alternates the two, so that a busy machine is as unfair to one as to the other. */
export async function run(): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  await ensurePackages([etcdPackage], { say: console.log, isRoot });
  const ours: Sample[] = [];
  const peers: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await measure(tinkUp));
    peers.push(await measure(etcdCommand));
  }
  print("tink up", ours);
  print("etcd", peers);
  console.log(
    `ratio   ready ${(medianOf(ours, "readyMs") / medianOf(peers, "readyMs")).toFixed(2)}   memory ${(medianOf(ours, "residentMiB") / medianOf(peers, "residentMiB")).toFixed(2)}   (tink up / etcd; less is better)`,
  );
  console.log("goals   ready <= 1000 ms, memory <= 120 MiB");
}

async function tinkUp(dir: string): Promise<Server> {
  const tink = join(import.meta.dirname, "../../tink");
  const listen = ["--api-listen", "127.0.0.1:0", "--boot-listen", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"];
  return { argv: [tink, "up", "--data-dir", dir, ...listen], isReady: (line) => line.includes('"event":"ready"') };
}

async function measure(server: (dir: string) => Promise<Server>): Promise<Sample> {
  const dir = await mkdtemp(join(tmpdir(), "bench-idle-"));
  const {
    argv: [program, ...args],
    isReady,
  } = await server(dir);
  const startMs = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  try {
    const ready = Promise.withResolvers<void>();
    void exited.then(() => ready.reject(new Error(`${program} ended before it was ready`)));
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on("line", (line) => isReady(line) && ready.resolve());
    await ready.promise;
    const readyMs = performance.now() - startMs;
    await delay(idleMs);
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    return { readyMs, residentMiB: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024 };
  } finally {
    child.kill();
    await exited;
    await rm(dir, { recursive: true, force: true });
  }
}

function medianOf(samples: readonly Sample[], key: keyof Sample): number {
  return median(samples.map((sample) => sample[key]));
}

function print(name: string, samples: readonly Sample[]): void {
  console.log(
    `${name.padEnd(8)}ready ${medianOf(samples, "readyMs").toFixed(0)} ms   memory ${medianOf(samples, "residentMiB").toFixed(1)} MiB   (median of ${samples.length})`,
  );
}
