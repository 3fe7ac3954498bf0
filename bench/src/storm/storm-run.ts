// One storm: a server with its machines' installations waiting, and the machines, in networks of their own within this process's.
import { spawn } from "node:child_process";
import { programs } from "@neverland/paper-rack/programs.ts";
import { lostDatagrams } from "@neverland/paper-rack/storm/lost-datagrams.ts";
import type { StormOrder, StormResult } from "@neverland/paper-rack/storm/storm-order.ts";
import { nextRackCable } from "../dhcp/rack-cable.ts";
import { answerOf } from "../figures/answer-of.ts";
import { inLinkedNamespace } from "../figures/linked-namespace.ts";
import type { LoopStall } from "../figures/loop-watch.ts";
import { startStormServer } from "./storm-server.ts";

export type StormRun = {
  readonly machines: StormResult;
  readonly server: {
    readonly cpuMs: number;
    readonly memoryMiB: { readonly before: number; readonly peak: number };
    readonly stall: LoopStall;
    /** What came to a full socket of the server. */
    readonly lostDatagrams: number;
  };
};

const startMs = 300_000;
/** Beyond what the machines have, to say how it went. */
const graceMs = 60_000;

/** Within `runInLabNamespace`. */
export async function runStorm(order: Omit<StormOrder, "server">): Promise<StormRun> {
  const cable = nextRackCable();
  const { server, rack } = cable;
  const flags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=64"];
  // The machines' own network, which begins with the cable: the server looks for its interface when it starts.
  const link = { inside: rack, here: server, pid: process.pid };
  const [command, ...args] = inLinkedNamespace([process.execPath, ...flags, programs.storm], link);
  const child = spawn(command, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], serialization: "advanced" });
  try {
    await answerOf(child, undefined, startMs);
    const running = await startStormServer(cable, order.machines, order);
    try {
      const before = {
        cpuMs: await running.cpuMs(),
        memoryMiB: (await running.residentMiB()).now,
        lost: await lostDatagrams(),
      };
      await running.longestStall();
      const told: StormOrder = { ...order, server: server.host };
      const machines = await answerOf<StormResult>(child, told, order.timeoutMs + graceMs);
      return {
        machines,
        server: {
          cpuMs: (await running.cpuMs()) - before.cpuMs,
          memoryMiB: { before: before.memoryMiB, peak: (await running.residentMiB()).peak },
          stall: await running.longestStall(),
          lostDatagrams: (await lostDatagrams()) - before.lost,
        },
      };
    } finally {
      await running.stop();
    }
  } finally {
    child.kill();
  }
}
