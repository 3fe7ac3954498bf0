// A hall of machines that are switched on within a second: how far each stage of their way lets them, in a network of their own.

import { spawn } from "node:child_process";
import { loadavg } from "node:os";
import { join } from "node:path";
import { insideLabNamespace, runInLabNamespace } from "@neverland/lab";
import { programs } from "@neverland/paper-rack/programs.ts";
import { lostDatagrams } from "@neverland/paper-rack/storm/lost-datagrams.ts";
import {
  type Stage,
  type StageResult,
  type StormOrder,
  type StormResult,
  stages,
} from "@neverland/paper-rack/storm/storm-order.ts";
import { nextRackCable } from "./dhcp/rack-cable.ts";
import { answerOf } from "./figures/answer-of.ts";
import { inLinkedNamespace } from "./figures/linked-namespace.ts";
import { startStormServer } from "./storm/storm-server.ts";

export const summary = "storm: machines switched on within a second, from DHCP to their first action";

/** A kernel and an initramfs of a tenth of their size: what comes of a full one is the line's speed. */
const files = { binaryBytes: 200_000, kernelBytes: 500_000, initramfsBytes: 1_500_000 };
const pace = { withinMs: 1000, bytesPerSecond: 1_000_000 };
const timeoutMs = 300_000;

/** @param args How many machines, one figure for each storm. */
export async function run(args: readonly string[]): Promise<void> {
  if (!insideLabNamespace()) {
    const main = join(import.meta.dirname, "main.ts");
    const argv = [process.execPath, ...process.execArgv, main, "storm", ...args];
    const space = await runInLabNamespace({ argv, signal: AbortSignal.timeout(3_600_000) });
    process.exitCode = await space.exitCode;
    return;
  }
  for (const machines of args.length > 0 ? args.map(Number) : [200, 1000, 10_000]) await measure(machines);
  console.log(`\nload of the machine: ${loadavg()[0]?.toFixed(1)}`);
  console.log("goals: every machine comes to its first action; none waits for DHCP longer than its first repetition");
}

async function measure(machines: number): Promise<void> {
  const cable = nextRackCable();
  const { server, rack } = cable;
  const flags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=64"];
  // The machines' own network, which begins with the cable: the server looks for its interface when it starts.
  const link = { inside: rack, here: server, pid: process.pid };
  const [command, ...args] = inLinkedNamespace([process.execPath, ...flags, programs.storm], link);
  const child = spawn(command, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], serialization: "advanced" });
  try {
    await answerOf(child, undefined, timeoutMs);
    const running = await startStormServer(cable, machines, files);
    try {
      const before = {
        cpuMs: await running.cpuMs(),
        resident: await running.residentMiB(),
        overflows: await lostDatagrams(),
      };
      await running.longestStall();
      const order: StormOrder = { server: server.host, machines, ...files, ...pace, timeoutMs };
      const result = await answerOf<StormResult>(child, order, timeoutMs + 60_000);
      const cpuMs = (await running.cpuMs()) - before.cpuMs;
      print(machines, result);
      const { peak } = await running.residentMiB();
      const stall = await running.longestStall();
      console.log(
        `  server: ${(cpuMs / 1000).toFixed(1)} s CPU (${(cpuMs / machines).toFixed(1)} ms a machine), memory ${before.resident.now.toFixed(0)} -> ${peak.toFixed(0)} MiB at the most, longest stall ${stall.cpuMs.toFixed(0)} ms of its own CPU; ${(await lostDatagrams()) - before.overflows} datagrams lost unread`,
      );
    } finally {
      await running.stop();
    }
  } finally {
    child.kill();
  }
}

function print(machines: number, { stages: results, started, tookMs, players }: StormResult): void {
  console.log(
    `\n${machines} machines within a second: ${started} came to their first action, all over after ${(tookMs / 1000).toFixed(1)} s`,
  );
  const head = ["served", "failed", "repeats", "p50 s", "p99 s", "most s"];
  console.log(`  ${"".padEnd(22)}${head.map((column) => column.padStart(9)).join("")}`);
  for (const stage of stages) console.log(`  ${row(stage, results[stage])}`);
  const { cpuMs, lateShare, lostDatagrams: lost } = players;
  const [packets, others] = [cpuMs.packets, cpuMs.all - cpuMs.packets].map(
    (ms) => `${(ms / 1000).toFixed(1)} s CPU (${percent(ms / tookMs)} of a core)`,
  );
  console.log(
    `  the machines themselves: packets ${packets}, late ${percent(lateShare.packets)} of the time; HTTP and gRPC ${others}, late ${percent(lateShare.others)}; ${lost} answers lost unread`,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function row(stage: Stage, { served, ms, repeats, failures }: StageResult): string {
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const times = [ms.p50, ms.p99, ms.most].map((time) => (Number.isNaN(time) ? "-" : (time / 1000).toFixed(3)));
  const why = Object.entries(failures).map(([reason, count]) => `${count}: ${reason}`);
  const cells = [String(served), String(failed), String(repeats), ...times].map((cell) => cell.padStart(9));
  return [`${stage.padEnd(22)}${cells.join("")}`, ...why.map((line) => `    ${line}`)].join("\n  ");
}
