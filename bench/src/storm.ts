// A hall of machines that are switched on within a second: how far each stage of their way lets them, in a network of their own.

import { loadavg } from "node:os";
import { join } from "node:path";
import { insideLabNamespace, runInLabNamespace } from "@neverland/lab";
import { type Stage, type StageResult, stages } from "@neverland/paper-rack/storm/storm-order.ts";
import { runStorm, type StormRun } from "./storm/storm-run.ts";

export const summary = "storm: machines switched on within a second, from DHCP to their first action";

/** A kernel and an initramfs of a tenth of their size: what comes of a full one is the line's speed. */
const files = { binaryBytes: 200_000, kernelBytes: 500_000, initramfsBytes: 1_500_000 };
const pace = { withinMs: 1000, bytesPerSecond: 1_000_000, timeoutMs: 300_000 };

/** @param args How many machines, one figure for each storm. */
export async function run(args: readonly string[]): Promise<void> {
  if (!insideLabNamespace()) {
    const main = join(import.meta.dirname, "main.ts");
    const argv = [process.execPath, ...process.execArgv, main, "storm", ...args];
    const space = await runInLabNamespace({ argv, signal: AbortSignal.timeout(3_600_000) });
    process.exitCode = await space.exitCode;
    return;
  }
  for (const machines of args.length > 0 ? args.map(Number) : [200, 1000, 10_000])
    print(machines, await runStorm({ machines, ...files, ...pace }));
  console.log(`\nload of the machine: ${loadavg()[0]?.toFixed(1)}`);
  console.log("goals: every machine comes to its first action; none waits for DHCP longer than its first repetition");
}

function print(count: number, { machines, server }: StormRun): void {
  const { stages: results, started, tookMs, players } = machines;
  console.log(
    `\n${count} machines within a second: ${started} came to their first action, all over after ${(tookMs / 1000).toFixed(1)} s`,
  );
  const head = ["served", "failed", "repeats", "p50 s", "p99 s", "most s"];
  console.log(`  ${"".padEnd(22)}${head.map((column) => column.padStart(9)).join("")}`);
  for (const stage of stages) console.log(`  ${row(stage, results[stage])}`);
  const { cpuMs, lateShare, lostDatagrams: lost } = players;
  const [packets, others] = [cpuMs.packets, cpuMs.all - cpuMs.packets].map(
    (ms) => `${seconds(ms)} CPU (${percent(ms / tookMs)} of a core)`,
  );
  console.log(
    `  the machines themselves: packets ${packets}, late ${percent(lateShare.packets)} of the time; HTTP and gRPC ${others}, late ${percent(lateShare.others)}; ${lost} answers lost unread`,
  );
  const { memoryMiB, stall } = server;
  console.log(
    `  server: ${seconds(server.cpuMs)} CPU (${percent(server.cpuMs / tookMs)} of a core, ${(server.cpuMs / count).toFixed(1)} ms a machine), memory ${memoryMiB.before.toFixed(0)} -> ${memoryMiB.peak.toFixed(0)} MiB at the most, longest stall ${stall.cpuMs.toFixed(0)} ms of its own CPU, ${stall.wallMs.toFixed(0)} by the clock; ${server.lostDatagrams} datagrams lost unread`,
  );
}

function row(stage: Stage, { served, ms, repeats, failures }: StageResult): string {
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const times = [ms.p50, ms.p99, ms.most].map((time) => (Number.isNaN(time) ? "-" : (time / 1000).toFixed(3)));
  const why = Object.entries(failures).map(([reason, count]) => `${count}: ${reason}`);
  const cells = [String(served), String(failed), String(repeats), ...times].map((cell) => cell.padStart(9));
  return [`${stage.padEnd(22)}${cells.join("")}`, ...why.map((line) => `    ${line}`)].join("\n  ");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
