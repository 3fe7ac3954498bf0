// What a flood costs those beside it: how long known machines wait for an answer, quiet and flooded by turns, in a network of its own.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kinds, ResourceClient } from "@neverland/api";
import { percentile } from "./figures/percentile.ts";
import type { FloodOrder, FloodRate } from "./flood/flooder.ts";
import { type Answers, askAsNeighbours } from "./flood/neighbours.ts";
import { tftpFile } from "./flood/read-one-block.ts";
import { DhcpType, Relay } from "./flood/relay.ts";
import { writeHall } from "./scale/full-data-folder.ts";
import { machineAt } from "./workers/machine.ts";
import { ServerProcess } from "./workers/server-process.ts";
import { startAction } from "./workers/start-action.ts";
import { readAddresses, type TinkAddresses, tinkUp } from "./workers/tink-up.ts";

export const summary =
  "flood: what known machines wait for beside made-up ones, NAKs, half-open reads, strangers' requests, and log lines";

const machines = 1000;
const forMs = 5000;
const rounds = 3;
const floods: readonly Pick<FloodOrder, "kind" | "perSecond">[] = [
  { kind: "made-up machines", perSecond: 2000 },
  { kind: "NAKs in a machine's name", perSecond: 2000 },
  { kind: "half-open TFTP reads", perSecond: 1000 },
  { kind: "metadata requests", perSecond: 1000 },
  { kind: "lines of an action", perSecond: 20_000 },
];
const inside = "--inside";

/** @param args How many times the usual flood. */
export async function run(args: readonly string[]): Promise<void> {
  if (args[0] !== inside) return runInNamespace(args);
  const times = Number(args[1] ?? 1);
  let dataDir = "";
  const server = await ServerProcess.start(async (dir) => {
    dataDir = dir;
    await writeHall(dir, { machines, workflows: 1, events: 0 });
    const binaries = join(dir, "ipxe");
    await mkdir(binaries);
    await writeFile(join(binaries, tftpFile.name), tftpFile.bytes);
    return tinkUp(dir, ["--interface", "lo", "--ipxe-dir", binaries]);
  });
  try {
    const addresses = await readAddresses(server.readyLine);
    const { http } = JSON.parse(server.readyLine) as { http: string };
    const action = await startAction(addresses.grpcPort, 0, AbortSignal.timeout(60_000));
    const neighbours = { http, api: addresses.api, token: addresses.token };
    await askAsNeighbours(neighbours, machines, forMs);
    for (const { kind, perSecond } of floods) {
      const order = { kind, perSecond: perSecond * times, http, grpcPort: addresses.grpcPort, action };
      await server.longestStall();
      const before = { memory: (await server.residentMiB()).now, disk: await bytesOf(dataDir) };
      const [quiet, flooded]: [Answers, Answers] = [{}, {}];
      const rates: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        add(quiet, await askAsNeighbours(neighbours, machines, forMs));
        const { result, rate } = await besideFlood(order, () => askAsNeighbours(neighbours, machines, forMs));
        add(flooded, result);
        rates.push(rate.perSecond);
      }
      const { cpuMs, wallMs } = await server.longestStall();
      const after = { memory: (await server.residentMiB()).now, disk: await bytesOf(dataDir) };
      const sent = rates.map((rate) => rate.toFixed(0)).join(", ");
      console.log(`${kind}, ${order.perSecond}/s wanted and ${sent} sent, ${rounds} times ${forMs / 1000} s`);
      print(quiet, flooded);
      console.log(
        `  memory ${before.memory.toFixed(0)} -> ${after.memory.toFixed(0)} MiB   disk +${((after.disk - before.disk) / 2 ** 20).toFixed(1)} MiB   longest stall ${cpuMs.toFixed(0)} ms of its own CPU, ${wallMs.toFixed(0)} by the clock`,
      );
    }
    console.log(`a machine that is new afterwards: ${await tellsOfNewMachine(addresses)}`);
    console.log("goals: p99 within 2x of the quiet one; all answered; memory and disk bounded");
  } finally {
    await server.stop();
  }
}

/** A network that has loopback alone, where the ports of DHCP are free. */
async function runInNamespace(args: readonly string[]): Promise<void> {
  const unshare = process.getuid?.() === 0 ? ["-n"] : ["-rn"];
  const main = join(import.meta.dirname, "main.ts");
  const shell = ["sh", "-c", 'ip link set lo up; exec "$@"', "sh", process.execPath, ...process.execArgv];
  const child = spawn("unshare", [...unshare, ...shell, main, "flood", inside, ...args], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  process.exitCode = code ?? 1;
}

async function besideFlood<T>(order: FloodOrder, work: () => Promise<T>): Promise<{ result: T; rate: FloodRate }> {
  const flooder = fork(join(import.meta.dirname, "flood/flooder.ts"));
  flooder.send(order);
  try {
    const result = await work();
    const said = once(flooder, "message", { signal: AbortSignal.timeout(30_000) });
    flooder.send("enough");
    const [rate] = await said;
    return { result, rate };
  } finally {
    const ended = once(flooder, "exit");
    flooder.kill();
    await ended;
  }
}

function add(to: Answers, from: Answers): void {
  for (const [kind, times] of Object.entries(from)) to[kind] = [...(to[kind] ?? []), ...times];
}

function print(quiet: Answers, flooded: Answers): void {
  for (const [kind, times] of Object.entries(quiet)) {
    const beside = flooded[kind] ?? [];
    const at = (share: number) =>
      `${percentile(times, share).toFixed(1)} -> ${percentile(beside, share).toFixed(1)} ms`;
    const ratio = (percentile(beside, 0.99) / percentile(times, 0.99)).toFixed(1);
    const unanswered = beside.filter((time) => time === Number.POSITIVE_INFINITY).length;
    console.log(
      `  ${kind.padEnd(20)} p50 ${at(0.5).padEnd(20)} p99 ${at(0.99).padEnd(20)} x${ratio.padEnd(6)} unanswered ${unanswered} of ${beside.length}`,
    );
  }
}

/** Whether its timeline says what it was given, with all the noise before it. */
async function tellsOfNewMachine({ api, token }: TinkAddresses): Promise<string> {
  const transport = { server: api, token };
  const { mac, address } = machineAt(machines + 1);
  const ip = { address, netmask: "255.0.0.0", gateway: "127.0.0.1" };
  await new ResourceClient(kinds.Hardware, transport).create({
    metadata: { name: "new", namespace: "default" },
    spec: { interfaces: [{ dhcp: { mac, ip, hostname: "new", lease_time: 86_400 }, netboot: { allowPXE: true } }] },
  });
  const relay = await Relay.open("127.0.0.2");
  const signal = AbortSignal.timeout(10_000);
  const events = new ResourceClient(kinds.MachineEvent, transport);
  try {
    for (;;) {
      await relay.ask(mac, DhcpType.discover, 500);
      const { items } = await events.list({ fieldSelector: "spec.hardware=new", signal });
      const told = items.find(({ spec }) => spec?.type === "DhcpOffer");
      if (told !== undefined) return told.spec?.message ?? "an offer";
    }
  } finally {
    relay.close();
  }
}

async function bytesOf(dir: string): Promise<number> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async ({ parentPath, name }) => {
        const found = await stat(join(parentPath, name)).catch(() => undefined);
        return found?.size ?? 0;
      }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
