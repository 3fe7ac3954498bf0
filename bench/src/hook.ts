// How large Hook is, how soon its worker asks for work, and how little memory that takes: beside Debian's own installer, netbooted.
import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensurePackages, unpackPackages } from "@neverland/debian";
import { ensureHook, hookBuildPackages } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { type BootFiles, bootMachine, hookFiles, hostAddress } from "@neverland/hook/testing";
import { median } from "./figures/median.ts";

export const summary = "Hook: size, power-on to the worker's first request, least memory, beside Debian's installer";

const defaultRounds = 5;
const memoryMiB = 1024;
/** The search goes no lower: kernel and initramfs, packed and unpacked, fill that. */
const leastMemoryMiB = 96;
const memoryStepMiB = 16;
/** Several times what it takes on a busy machine: by then nothing is going to ask. */
const patienceMs = 180_000;

/** One system to boot: what it is booted with, and how its first request to a server of ours is noticed. */
type System = {
  readonly name: string;
  readonly files: BootFiles;
  /** `id` is another one at each power-on. */
  parameters(id: string): readonly string[];
  /** Resolves when that machine's first request has come. */
  firstRequest(id: string): Promise<void>;
};

/** `processor` is what the machine computed in that time: a busy host changes it less than the clock. Both in seconds. */
type Boot = { readonly wall: number; readonly processor: number };

export async function run([rounds = String(defaultRounds)]: readonly string[] = []): Promise<void> {
  const needed = [...hookBuildPackages, { package: "qemu-system-x86", purpose: "the machine to boot" }];
  await ensurePackages(needed, { say: console.log, isRoot: process.getuid?.() === 0 });
  const dir = await mkdtemp(join(tmpdir(), "bench-hook-"));
  const stop = new AbortController();
  try {
    const progress = (step: string, detail: string): void => console.log(`${step}: ${detail}`);
    const hookDir = await ensureHook({ cacheDir: defaultCacheDir(process.env), progress });
    const systems = [await hook(hookDir, dir, stop.signal), await installer(dir, stop.signal)] as const;
    await printSizes(systems);
    await printTimes(systems, Number(rounds));
    await printMemory(systems[0]);
  } finally {
    stop.abort();
    await rm(dir, { recursive: true, force: true });
  }
}

/** With `tink up` as the server: its log says when a worker asks that it did not hear of before. */
async function hook(hookDir: string, dir: string, signal: AbortSignal): Promise<System> {
  const tink = join(import.meta.dirname, "../../tink");
  const listen = ["--api-listen", "127.0.0.1:0", "--boot-listen", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"];
  const server = spawn(tink, ["up", "--data-dir", join(dir, "data"), ...listen], { stdio: ["ignore", "pipe", "pipe"] });
  signal.addEventListener("abort", () => server.kill());
  const ready = Promise.withResolvers<{ grpc: string }>();
  server.once("exit", () => ready.reject(new Error("tink up ended before it was ready")));
  createInterface(server.stdout).once("line", (line) => ready.resolve(JSON.parse(line)));
  const requests = new FirstRequests();
  createInterface(server.stderr).on("line", (line) => {
    const id = /"type":"WorkerAsked".*worker (bench-\d+) asks/.exec(line)?.[1];
    if (id !== undefined) requests.came(id);
  });
  const port = (await ready.promise).grpc.split(":").at(-1);
  return {
    name: "Hook",
    files: hookFiles(hookDir),
    parameters: (id) => [`grpc_authority=${hostAddress}:${port}`, "tinkerbell_tls=false", `worker_id=${id}`],
    firstRequest: async (id) => await requests.firstOf(id),
  };
}

/** It is told to read its answers from us, which is the first thing that it does with the network. */
async function installer(dir: string, signal: AbortSignal): Promise<System> {
  const name = "debian-installer-12-netboot-amd64";
  await unpackPackages([name], dir, signal);
  const folder = join(dir, name, "usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64");
  const requests = new FirstRequests();
  const server = createServer((request, response) => {
    requests.came(request.url?.slice(1) ?? "");
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  signal.addEventListener("abort", () => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    name: "Debian's installer",
    files: { kernel: join(folder, "linux"), initramfs: join(folder, "initrd.gz") },
    parameters: (id) => ["auto=true", "priority=critical", `url=http://${hostAddress}:${port}/${id}`],
    firstRequest: async (id) => await requests.firstOf(id),
  };
}

class FirstRequests {
  readonly #byId = new Map<string, PromiseWithResolvers<void>>();

  came(id: string): void {
    this.#of(id).resolve();
  }

  async firstOf(id: string): Promise<void> {
    await this.#of(id).promise;
  }

  #of(id: string): PromiseWithResolvers<void> {
    const known = this.#byId.get(id) ?? Promise.withResolvers<void>();
    this.#byId.set(id, known);
    return known;
  }
}

async function printSizes(systems: readonly [System, System]): Promise<void> {
  const sizes = await Promise.all(
    systems.map(async ({ name, files }) => {
      const [kernel, initramfs] = await Promise.all([megabytes(files.kernel), megabytes(files.initramfs)]);
      console.log(`${name.padEnd(20)}kernel ${kernel.toFixed(1)} MB + initramfs ${initramfs.toFixed(1)} MB`);
      return kernel + initramfs;
    }),
  );
  const [own = 0, peer = 0] = sizes;
  console.log(`size ${own.toFixed(1)} MB, ratio ${(own / peer).toFixed(2)} to the installer's ${peer.toFixed(1)} MB,`);
  console.log("which fetches the rest of its drivers and programs later; ours has them all   goal <= 80 MB");
}

/** Alternates the two, so that a busy machine is as unfair to one as to the other. */
async function printTimes(systems: readonly [System, System], rounds: number): Promise<void> {
  const boots = systems.map((): Boot[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, system] of systems.entries()) {
      const boot = await bootToRequest(system, memoryMiB);
      if (boot === undefined) throw new Error(`${system.name} asked for nothing within ${patienceMs / 1000} s`);
      boots[index]?.push(boot);
    }
  console.log(`\nfrom power-on to the first request at a server, ${memoryMiB} MiB, one emulated processor:`);
  for (const [index, { name }] of systems.entries()) console.log(`${name.padEnd(20)}${show(boots[index] ?? [])}`);
  const [own = 0, peer = 0] = boots.map((each) => median(each.map(({ wall }) => wall)));
  console.log(`ratio ${(own / peer).toFixed(2)}   goal for Hook <= 9 s`);
}

async function printMemory(system: System): Promise<void> {
  let [fails, works] = [leastMemoryMiB, 512];
  while (works - fails > memoryStepMiB) {
    const middle = Math.round((works + fails) / 2 / memoryStepMiB) * memoryStepMiB;
    const boot = await bootToRequest(system, middle);
    console.log(`${middle} MiB: ${boot === undefined ? "nothing asked" : `asked after ${boot.wall.toFixed(1)} s`}`);
    if (boot === undefined) fails = middle;
    else works = middle;
  }
  console.log(`the least memory with which Hook's worker asks: ${works} MiB`);
}

let powerOns = 0;

/** @returns Nothing when the machine gives up, or says nothing for too long. */
async function bootToRequest(system: System, memory: number): Promise<Boot | undefined> {
  const id = `bench-${powerOns++}`;
  const signal = AbortSignal.timeout(patienceMs);
  // A kernel that panics restarts at once, which ends QEMU.
  const parameters = ["panic=-1", ...system.parameters(id)];
  const machine = bootMachine({ files: system.files, memoryMiB: memory, network: "user", parameters, signal });
  try {
    const gaveUp = machine.waitForLine(/hook: .*(restarts in|The worker ended)/).then(
      () => false,
      () => false,
    );
    const asked = await Promise.race([system.firstRequest(id).then(() => true), gaveUp]);
    if (!asked) return undefined;
    const wall = (performance.now() - machine.poweredOnMs) / 1000;
    return { wall, processor: await machine.processorSeconds() };
  } finally {
    await machine.close();
  }
}

async function megabytes(file: string): Promise<number> {
  return (await stat(file)).size / 1e6;
}

function show(boots: readonly Boot[]): string {
  const walls = boots.map(({ wall }) => wall);
  const processor = median(boots.map((boot) => boot.processor));
  const all = walls.map((wall) => wall.toFixed(1)).join(", ");
  return `${median(walls).toFixed(1)} s   (median of ${all}; processor time ${processor.toFixed(1)} s)`;
}
