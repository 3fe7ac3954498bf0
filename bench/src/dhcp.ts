// How many machines are given their address in a second, by a relay: tink up beside Debian's Kea and ISC dhcpd, in networks of their own.
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages, unpackPackages } from "@neverland/debian";
import { insideLabNamespace, runInLabNamespace } from "@neverland/lab";
import { type DhcpServer, type ServerName, serverNames, startDhcpServer } from "./dhcp/dhcp-servers.ts";
import { type DoraRun, runDora } from "./dhcp/dora-run.ts";
import { printRuns, printTitle } from "./dhcp/dora-table.ts";
import { dhcpdPackage } from "./peers/dhcpd.ts";
import { keaLibraries, keaPackage } from "./peers/kea.ts";

export const summary = "dhcp: a relayed machine's way to its address, beside Kea and dhcpd";

const inFlight = [64, 256, 1024];
const forMs = 2000;
const cold = { machines: 1000, perSecond: 1000 };
const packagesFlag = "--packages";

/** @param args How many machines have a reservation, one figure for each part; with `--rounds N` before them. */
export async function run(args: readonly string[]): Promise<void> {
  if (!insideLabNamespace()) return runInNetwork(args);
  const packagesDir = args[args.indexOf(packagesFlag) + 1] ?? "";
  const own = args.slice(0, args.indexOf(packagesFlag));
  const [flag, value] = own;
  const rounds = flag === "--rounds" ? Number(value) : 3;
  const sizes = (flag === "--rounds" ? own.slice(2) : own).map(Number);
  for (const machines of sizes.length > 0 ? sizes : [10_000, 100_000]) {
    console.log(`\n${machines} machines with a reservation; medians of ${rounds} rounds, in turns`);
    await measureClosed(machines, rounds, packagesDir);
    if (machines <= 10_000) await measureCold(machines, rounds, packagesDir);
  }
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    "goals: rate >= 5x Kea, CPU <= 20 us a DORA, none dropped at 1024 in flight, p99 <= that of Kea; all of a cold second served",
  );
}

/** Packages are fetched out here: inside there is no network but the benchmark's. */
async function runInNetwork(args: readonly string[]): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  await ensurePackages([keaLibraries], { say: console.log, isRoot });
  const packagesDir = await mkdtemp(join(tmpdir(), "bench-dhcp-"));
  try {
    await unpackPackages([keaPackage, dhcpdPackage], packagesDir);
    const main = join(import.meta.dirname, "main.ts");
    const argv = [process.execPath, ...process.execArgv, main, "dhcp", ...args, packagesFlag, packagesDir];
    const space = await runInLabNamespace({ argv, signal: AbortSignal.timeout(3_600_000) });
    process.exitCode = await space.exitCode;
  } finally {
    await rm(packagesDir, { recursive: true, force: true });
  }
}

/** All three stand from the first round to the last; who is not asked uses nothing. */
async function measureClosed(machines: number, rounds: number, packagesDir: string): Promise<void> {
  const servers: DhcpServer[] = [];
  try {
    for (const name of serverNames) servers.push(await startDhcpServer(name, machines, packagesDir));
    const once = (server: DhcpServer, atOnce: number) =>
      runDora(server, { from: 0, machines, pace: { kind: "closed", atOnce, forMs } });
    for (const server of servers) await once(server, 64);
    for (const atOnce of inFlight) {
      const runs = new Map<ServerName, DoraRun[]>();
      for (let round = 0; round < rounds; round += 1)
        for (const server of servers) runs.getOrInsert(server.name, []).push(await once(server, atOnce));
      printTitle(`${atOnce} in flight, ${forMs / 1000} s`);
      printRuns(runs);
    }
  } finally {
    for (const { process } of servers) await process.stop();
  }
}

/** A hall that is switched on when the server has just started. */
async function measureCold(machines: number, rounds: number, packagesDir: string): Promise<void> {
  const runs = new Map<ServerName, DoraRun[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const name of serverNames) {
      const server = await startDhcpServer(name, machines, packagesDir);
      try {
        const pace = { kind: "open", perSecond: cold.perSecond } as const;
        runs.getOrInsert(name, []).push(await runDora(server, { from: 0, machines: cold.machines, pace }));
      } finally {
        await server.process.stop();
      }
    }
  printTitle(`just started: ${cold.machines} in one second, each once`);
  printRuns(runs);
}
