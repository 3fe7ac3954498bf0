// What the store costs: a start with very many objects, lists, watches, and durable writes beside etcd, in the same run.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages } from "@neverland/debian";
import { type Figures, printFigures } from "./figures/figure-table.ts";
import { etcdPackage } from "./peers/etcd.ts";
import { writeHall } from "./scale/full-data-folder.ts";
import { durableWrites } from "./store/durable-writes.ts";
import { startAndRead } from "./store/hall-reads.ts";
import { fanOut, watchers } from "./store/watch-fan-out.ts";

export const summary = "store: start, lists, watches and durable writes, beside etcd";

/** @param args How many Hardware there are, one figure for each run; with `--rounds N` before them. */
export async function run(args: readonly string[]): Promise<void> {
  await ensurePackages([etcdPackage], { say: console.log, isRoot: process.getuid?.() === 0 });
  const [flag, value] = args;
  const rounds = flag === "--rounds" ? Number(value) : 3;
  const sizes = (flag === "--rounds" ? args.slice(2) : args).map(Number);
  for (const size of sizes.length > 0 ? sizes : [10_000, 100_000]) await withHall(size, rounds);
  printFigures(`one write told to ${watchers} watches, medians of ${rounds}`, await fanOut(rounds));
  printFigures(`durable writes of about 1 kB, medians of ${rounds}`, await durableWrites(rounds));
  console.log("goals: 100k ready <= 3 s, <= 600 MB; 10k <= 1 s, <= 200 MB; no stall over 20 ms; page of 500 <= 10 ms;");
  console.log("       500 watchers, one write <= 5 ms of CPU; writes at 32 connections >= 1.0x etcd");
}

async function withHall(size: number, rounds: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "bench-hall-"));
  try {
    await writeHall(dir, { machines: size, workflows: 0, events: 0 });
    const rows: Figures[] = [];
    for (let round = 0; round < rounds; round++) rows.push(await startAndRead(join(dir, "neverland.db"), size));
    printFigures(`tink up with ${size} Hardware, medians of ${rounds}`, rows);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
