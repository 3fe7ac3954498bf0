// Machines that all work at once: what an action costs Tink Server with everything behind it, beside etcd, which is asked
// only for what such a server must read and write for it at the least. No one else's server of workers runs here without a
// Kubernetes of its own, and whichever does stands on an etcd: so etcd's figures are what none of them can be below.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ensurePackages } from "@neverland/debian";
import type { LoopStall } from "./figures/loop-watch.ts";
import { median } from "./figures/median.ts";
import { type EtcdCommand, etcdCommand, etcdPackage } from "./peers/etcd.ts";
import type { LoadOrder, LoadResult } from "./workers/load-order.ts";
import { measureReboot } from "./workers/rebooting-machine.ts";
import { ServerProcess } from "./workers/server-process.ts";
import { allSucceeded, createMachines, readAddresses, tinkUp } from "./workers/tink-up.ts";

export const summary = "workers: CPU, latency and memory of an action, beside etcd";

const rounds = 3;
const actions = 5;
const machinesPerSecond = 1000;
const timeoutMs = 300_000;

type Row = {
  readonly load: LoadResult;
  /** Of the server, for each action, until all of its work is over. */
  readonly cpuMs: number;
  readonly residentMiB: { readonly before: number; readonly peak: number };
  readonly stall?: LoopStall;
  /** CPU of the server to take in one machine's Hardware and Workflow, and to make the latter ready. */
  readonly createCpuMs?: number;
};

/** @param args How many machines, one figure for each run; with `--rounds N` before them. */
export async function run(args: readonly string[]): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  await ensurePackages([etcdPackage], { say: console.log, isRoot });
  const [flag, value] = args;
  const times = flag === "--rounds" ? Number(value) : rounds;
  const sizes = (flag === "--rounds" ? args.slice(2) : args).map(Number);
  console.log(`${actions} actions a machine, ${machinesPerSecond} machines come up in a second; medians of ${times}`);
  for (const machines of sizes.length > 0 ? sizes : [250, 1000, 4000]) {
    const [ours, peers]: [Row[], Row[]] = [[], []];
    for (let round = 0; round < times; round += 1) {
      ours.push(await measureTink(machines));
      peers.push(await measureEtcd(machines));
    }
    print(`tink up, ${machines} machines`, ours);
    print(`etcd, ${machines} machines`, peers);
    const ratio = (of: (row: Row) => number) => (median(ours.map(of)) / median(peers.map(of))).toFixed(2);
    console.log(
      `  ratio: actions/s ${ratio(rateOf)}   CPU an action ${ratio(({ cpuMs }) => cpuMs)}   (tink up / etcd)`,
    );
  }
  const reboot = await measureReboot(100_000);
  console.log(
    `one machine restarting beside ${reboot.events} events: longest stall ${reboot.stall.wallMs.toFixed(0)} ms by the clock, ${reboot.stall.cpuMs.toFixed(0)} ms of its own CPU; ${(reboot.cpuShare * 100).toFixed(1)} % of a core while nobody looks`,
  );
  console.log("goals: <= 2 ms of CPU an action, the same at any number of machines; no stall over 20 ms of its own");
}

async function measureTink(machines: number): Promise<Row> {
  const server = await ServerProcess.start((dir) => tinkUp(dir));
  try {
    const addresses = await readAddresses(server.readyLine);
    const signal = AbortSignal.timeout(timeoutMs);
    const idleCpuMs = await server.cpuMs();
    await createMachines(addresses, { machines, actions }, signal);
    const createdCpuMs = await server.cpuMs();
    const before = (await server.residentMiB()).now;
    await server.longestStall();
    const load = await runLoad({ target: "tink", port: addresses.grpcPort, machines });
    await allSucceeded(addresses, signal);
    return {
      load,
      cpuMs: ((await server.cpuMs()) - createdCpuMs) / load.actionsDone,
      residentMiB: { before, peak: (await server.residentMiB()).peak },
      stall: await server.longestStall(),
      createCpuMs: (createdCpuMs - idleCpuMs) / machines,
    };
  } finally {
    await server.stop();
  }
}

async function measureEtcd(machines: number): Promise<Row> {
  let port = 0;
  const server = await ServerProcess.start(async (dir): Promise<EtcdCommand> => {
    const command = await etcdCommand(dir);
    port = command.port;
    return command;
  });
  try {
    const before = (await server.residentMiB()).now;
    const startCpuMs = await server.cpuMs();
    const load = await runLoad({ target: "etcd", port, machines });
    const cpuMs = ((await server.cpuMs()) - startCpuMs) / load.actionsDone;
    return { load, cpuMs, residentMiB: { before, peak: (await server.residentMiB()).peak } };
  } finally {
    await server.stop();
  }
}

/** In a process of its own, so that its CPU is nobody else's. */
async function runLoad(order: Pick<LoadOrder, "target" | "port" | "machines">): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, "workers/load.ts"), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  try {
    const answer = once(child, "message", { signal: AbortSignal.timeout(timeoutMs + 30_000) });
    child.send({ host: "127.0.0.1", actions, machinesPerSecond, timeoutMs, ...order } satisfies LoadOrder);
    const [result] = await answer;
    return result;
  } finally {
    child.kill();
  }
}

function rateOf({ load }: Row): number {
  return (load.actionsDone / load.tookMs) * 1000;
}

function print(name: string, rows: readonly Row[]): void {
  const of = (figure: (row: Row) => number, digits = 0) => median(rows.map(figure)).toFixed(digits);
  const failures = rows.map(({ load }) => Object.entries(load.failures).map(([what, count]) => `${count} ${what}`));
  const lines = [
    `${name}: ${of(rateOf)} actions/s, ${of(({ cpuMs }) => cpuMs, 2)} ms CPU an action`,
    `report p50 ${of(({ load }) => load.writeMs.p50)} p99 ${of(({ load }) => load.writeMs.p99)} ms, ask p50 ${of(({ load }) => load.askMs.p50)} p99 ${of(({ load }) => load.askMs.p99)} ms`,
    `memory ${of((row) => row.residentMiB.before)} MiB before, ${of((row) => row.residentMiB.peak)} at the most`,
    ...(rows[0]?.stall === undefined
      ? []
      : [
          `longest stall ${of(({ stall }) => stall?.wallMs ?? Number.NaN)} ms by the clock, ${of(({ stall }) => stall?.cpuMs ?? Number.NaN)} ms of its own CPU`,
          `making a machine and its workflow ready ${of(({ createCpuMs }) => createCpuMs ?? Number.NaN, 2)} ms CPU`,
        ]),
    `the load itself ${of(({ load }) => load.cpuMs / load.actionsDone, 2)} ms CPU an action`,
    ...(failures.flat().length === 0
      ? []
      : [`not done or refused: ${failures.map((each) => each.join(", ") || "none").join("; ")}`]),
  ];
  console.log(lines.join("\n  "));
}
