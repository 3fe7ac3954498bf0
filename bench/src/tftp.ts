// How quickly files are read over TFTP, by one client and by a hall: tink up beside Debian's atftpd and tftpd-hpa, in networks of their own.

import { fork } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ensurePackages, unpackPackages } from "@neverland/debian";
import { insideLabNamespace, runInLabNamespace } from "@neverland/lab";
import { paperFile } from "@neverland/paper-rack/boot/paper-file.ts";
import { programs } from "@neverland/paper-rack/programs.ts";
import type { ReadOrder, ReadResult } from "@neverland/paper-rack/tftp/read-order.ts";
import { answerOf } from "./figures/answer-of.ts";
import { tftpdLibraries, tftpdPackages } from "./peers/tftpd.ts";
import { startTftpServer, type TftpServer, type TftpServerName, tftpServerNames } from "./tftp/tftp-servers.ts";
import { printReads, printReadsTitle, type ReadRun } from "./tftp/tftp-table.ts";

export const summary = "tftp: boot files for one client and for fifty, beside atftpd and tftpd-hpa";

const forMs = 2000;
const packagesFlag = "--packages";
const files = [
  { name: "snponly.efi", sizeBytes: 1_000_000 },
  { name: "ipxe.iso", sizeBytes: 60_000_000 },
];
const shapes = [
  { clients: 1, blockBytes: 512, windowBlocks: 1, goal: ">= 1.0x atftpd" },
  { clients: 1, blockBytes: 1428, windowBlocks: 16, goal: ">= 1.0x atftpd" },
  { clients: 1, blockBytes: 1428, windowBlocks: 64, goal: ">= 1.0x atftpd" },
  { clients: 1, blockBytes: 8192, windowBlocks: 16, goal: ">= 1.0x atftpd" },
  { clients: 50, blockBytes: 512, windowBlocks: 1, goal: ">= 1.0x tftpd-hpa" },
  { clients: 50, blockBytes: 1428, windowBlocks: 1, goal: ">= 1.0x tftpd-hpa" },
  { clients: 50, blockBytes: 1428, windowBlocks: 16, goal: ">= 1.5x atftpd" },
  { clients: 50, blockBytes: 1428, windowBlocks: 64, goal: ">= 1.5x atftpd" },
  { clients: 50, blockBytes: 8192, windowBlocks: 64, goal: ">= 1.5x atftpd" },
] as const;

/** @param args `--rounds N`. */
export async function run(args: readonly string[]): Promise<void> {
  if (!insideLabNamespace()) return runInNetwork(args);
  const packagesDir = args[args.indexOf(packagesFlag) + 1] ?? "";
  const rounds = args[0] === "--rounds" ? Number(args[1]) : 3;
  const work = await mkdtemp(join(tmpdir(), "bench-tftp-"));
  const servers: TftpServer[] = [];
  try {
    const root = join(work, "root");
    await mkdir(root);
    for (const { name, sizeBytes } of files) await writeFile(join(root, name), paperFile(sizeBytes));
    for (const name of tftpServerNames) servers.push(await startTftpServer(name, { root, packagesDir }));
    for (const file of files)
      for (const { goal, ...shape } of shapes) {
        const { clients, blockBytes, windowBlocks } = shape;
        const order = { ...shape, file: file.name, sizeBytes: file.sizeBytes, forMs };
        const runs = new Map<TftpServerName, ReadRun[]>();
        for (let round = 0; round < rounds; round += 1)
          for (const server of servers) runs.getOrInsert(server.name, []).push(await readOnce(server, order));
        const what = `${file.sizeBytes / 1e6} MB, ${clients} at once, block ${blockBytes}, window ${windowBlocks}`;
        printReadsTitle(`${what}; goal ${goal}`);
        printReads(runs);
      }
    console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    for (const { process } of servers) await process.stop();
    await rm(work, { recursive: true, force: true });
  }
}

/** Packages are fetched out here: inside there is no network but the benchmark's. */
async function runInNetwork(args: readonly string[]): Promise<void> {
  await ensurePackages([tftpdLibraries], { say: console.log, isRoot: process.getuid?.() === 0 });
  const packagesDir = await mkdtemp(join(tmpdir(), "bench-tftp-packages-"));
  try {
    await unpackPackages([...tftpdPackages], packagesDir);
    const main = join(import.meta.dirname, "main.ts");
    const argv = [process.execPath, ...process.execArgv, main, "tftp", ...args, packagesFlag, packagesDir];
    const space = await runInLabNamespace({ argv, signal: AbortSignal.timeout(3_600_000) });
    process.exitCode = await space.exitCode;
  } finally {
    await rm(packagesDir, { recursive: true, force: true });
  }
}

const timeoutMs = 60_000;
/** Until a server has noticed that nobody reads any more. */
const settleMs = 200;

/** @throws {Error} When a byte was not the right one: then no figure is worth anything. */
async function readOnce({ name, host, process }: TftpServer, order: Omit<ReadOrder, "server">): Promise<ReadRun> {
  const fromMs = await process.cpuMs();
  const child = fork(programs.read, { execArgv: ["--disable-warning=ExperimentalWarning"], serialization: "advanced" });
  try {
    const result = await answerOf<ReadResult>(child, { ...order, server: host }, timeoutMs);
    if (result.wrong.count > 0)
      throw new Error(`${name} gave ${result.wrong.count} clients wrong bytes; the first: ${result.wrong.first}`);
    await delay(settleMs);
    return { ...result, serverCpuMs: (await process.cpuMs()) - fromMs };
  } finally {
    child.kill();
  }
}
