// One run of the process that asks for addresses, and what the server used meanwhile.
import { fork } from "node:child_process";
import type { DoraOrder, DoraResult } from "@neverland/paper-rack/dhcp/dora-order.ts";
import { programs } from "@neverland/paper-rack/programs.ts";
import { answerOf } from "../figures/answer-of.ts";
import type { DhcpServer } from "./dhcp-servers.ts";

export interface DoraRun extends DoraResult {
  readonly serverCpuMicroseconds: number;
  readonly residentMiB: number;
}

const timeoutMs = 120_000;

/** @throws {Error} When an answer was not the right one: then no figure is worth anything. */
export async function runDora({ name, host, process }: DhcpServer, order: Omit<DoraOrder, "server">): Promise<DoraRun> {
  const fromMs = await process.cpuMs();
  const result = await ask({ ...order, server: host });
  const cpuMs = (await process.cpuMs()) - fromMs;
  if (result.wrong.count > 0)
    throw new Error(`${name} gave ${result.wrong.count} wrong answers; the first: ${result.wrong.first}`);
  const residentMiB = (await process.residentMiB()).now;
  return { ...result, serverCpuMicroseconds: (cpuMs * 1000) / result.done, residentMiB };
}

async function ask(order: DoraOrder): Promise<DoraResult> {
  // JSON has no NaN, which is what no answer at all took.
  const child = fork(programs.dora, { execArgv: ["--disable-warning=ExperimentalWarning"], serialization: "advanced" });
  try {
    return await answerOf<DoraResult>(child, order, timeoutMs);
  } finally {
    child.kill();
  }
}
