// What the store costs: a start with very many objects, lists, watches, and durable writes beside etcd, in the same run.
import { fork } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages } from "@neverland/debian";
import type { LoopStall } from "./figures/loop-watch.ts";
import { median } from "./figures/median.ts";
import { etcdCommand, etcdPackage } from "./peers/etcd.ts";
import { writeHall } from "./scale/full-data-folder.ts";
import type { BareOrder, BareRate } from "./store/bare-store.ts";
import { closedLoop } from "./store/closed-loop.ts";
import { EtcdPuts } from "./store/etcd-puts.ts";
import { ResourceCalls } from "./store/resource-calls.ts";
import { ServerProcess } from "./workers/server-process.ts";
import { readAddresses, tinkUp } from "./workers/tink-up.ts";

export const summary = "store: start, lists, watches and durable writes, beside etcd";

const writers = [1, 8, 32, 128];
const forMs = 2000;
const watchers = 500;
const pageSize = 500;

/** Named figures of one round. */
type Figures = Record<string, number>;

/** @param args How many Hardware there are, one figure for each run; with `--rounds N` before them. */
export async function run(args: readonly string[]): Promise<void> {
  await ensurePackages([etcdPackage], { say: console.log, isRoot: process.getuid?.() === 0 });
  const [flag, value] = args;
  const rounds = flag === "--rounds" ? Number(value) : 3;
  const sizes = (flag === "--rounds" ? args.slice(2) : args).map(Number);
  for (const size of sizes.length > 0 ? sizes : [10_000, 100_000]) await withHall(size, rounds);
  const rows: Figures[] = [];
  for (let round = 0; round < rounds; round++) rows.push({ ...(await bare()), ...(await etcd()), ...(await posts()) });
  print(`durable writes of about 1 kB, medians of ${rounds}`, withRatios(rows));
  console.log("goals: 100k ready <= 3 s, <= 600 MB; 10k <= 1 s, <= 200 MB; no stall over 20 ms; page of 500 <= 10 ms;");
  console.log("       500 watchers, one write <= 5 ms of CPU; writes at 32 connections >= 1.0x etcd");
}

async function withHall(size: number, rounds: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "bench-hall-"));
  try {
    await writeHall(dir, { machines: size, workflows: 0, events: 0 });
    const rows: Figures[] = [];
    for (let round = 0; round < rounds; round++) rows.push(await startAndRead(join(dir, "neverland.db"), size));
    print(`tink up with ${size} Hardware, medians of ${rounds}`, rows);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function startAndRead(database: string, size: number): Promise<Figures> {
  const server = await ServerProcess.start(async (dataDir) => {
    await copyFile(database, join(dataDir, "neverland.db"));
    return tinkUp(dataDir);
  });
  const calls = new ResourceCalls(await readAddresses(server.readyLine), watchers + 1);
  try {
    const figures: Figures = {
      "ready, ms": server.readyMs,
      "ready, ms of CPU": await server.cpuMs(),
      "resident after the start, MiB": (await server.residentMiB()).now,
      ...stallOf("start", await server.longestStall()),
    };
    const note = async (name: string, work: () => Promise<unknown>) => {
      const [cpuMs, fromMs] = [await server.cpuMs(), performance.now()];
      await work();
      figures[`${name}, ms`] = performance.now() - fromMs;
      figures[`${name}, ms of CPU`] = (await server.cpuMs()) - cpuMs;
      Object.assign(figures, stallOf(name, await server.longestStall()));
    };
    await note("first write", () => calls.create(size));
    await note("list of all", () => calls.list(""));
    const pages: number[] = [];
    for (let page = 0; page < 20; page++) {
      const fromMs = performance.now();
      await calls.list(`?limit=${pageSize}`);
      pages.push(performance.now() - fromMs);
    }
    figures[`page of ${pageSize}, ms (median of 20)`] = median(pages);
    let told = 0;
    const version = await calls.version();
    await Promise.all(Array.from({ length: watchers }, () => calls.watch(version, () => told++)));
    const writes = 10;
    await note(`${writes} writes, each told to ${watchers} watches`, async () => {
      for (let write = 1; write <= writes; write++) {
        await calls.create(size + write);
        while (told < write * watchers) await new Promise(setImmediate);
      }
    });
    figures["resident at the end, MiB"] = (await server.residentMiB()).now;
    return figures;
  } finally {
    calls.close();
    await server.stop();
  }
}

function stallOf(name: string, { wallMs, cpuMs }: LoopStall): Figures {
  return { [`${name}: longest stall, ms of its own CPU`]: cpuMs, [`${name}: longest stall, ms by the clock`]: wallMs };
}

async function bare(): Promise<Figures> {
  const child = fork(join(import.meta.dirname, "store/bare-store.ts"), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const answer = once(child, "message", { signal: AbortSignal.timeout(120_000) });
  child.send({ writers, forMs } satisfies BareOrder);
  const [rates]: BareRate[][] = await answer;
  const named = (rates ?? []).map(({ perSecond, mainUs, allUs }, at) => ({
    [`store, ${writers[at]} writers, /s`]: perSecond,
    [`store, ${writers[at]} writers, us of CPU (main thread)`]: mainUs,
    [`store, ${writers[at]} writers, us of CPU`]: allUs,
  }));
  return Object.assign({}, ...named);
}

async function etcd(): Promise<Figures> {
  let port = 0;
  const server = await ServerProcess.start(async (dir) => {
    const command = await etcdCommand(dir);
    port = command.port;
    return command;
  });
  const puts = new EtcdPuts(port, Math.max(...writers));
  let next = 0;
  try {
    return await rates(server, "etcd", (writer) => puts.put(writer, next++));
  } finally {
    puts.close();
    await server.stop();
  }
}

async function posts(): Promise<Figures> {
  const server = await ServerProcess.start(tinkUp);
  const calls = new ResourceCalls(await readAddresses(server.readyLine), Math.max(...writers));
  let next = 0;
  try {
    return await rates(server, "POST", () => calls.create(next++));
  } finally {
    calls.close();
    await server.stop();
  }
}

async function rates(server: ServerProcess, name: string, put: (writer: number) => Promise<void>): Promise<Figures> {
  const figures: Figures = {};
  await closedLoop(32, forMs / 4, put);
  for (const count of writers) {
    const cpuMs = await server.cpuMs();
    const { done, perSecond } = await closedLoop(count, forMs, put);
    figures[`${name}, ${count} writers, /s`] = perSecond;
    figures[`${name}, ${count} writers, us of CPU`] = (((await server.cpuMs()) - cpuMs) * 1000) / done;
  }
  return figures;
}

function withRatios(rows: readonly Figures[]): Figures[] {
  return rows.map((row) => {
    const ratios = writers.flatMap((count) =>
      ["store", "POST"].map((name) => {
        const ratio = (row[`${name}, ${count} writers, /s`] ?? 0) / (row[`etcd, ${count} writers, /s`] ?? 0);
        return { [`${name} / etcd, ${count} writers`]: ratio };
      }),
    );
    return Object.assign({ ...row }, ...ratios);
  });
}

/** The median of each figure, and all rounds of it. */
function print(title: string, rows: readonly Figures[]): void {
  console.log(`\n${title}`);
  for (const name of Object.keys(rows[0] ?? {})) {
    const values = rows.map((row) => row[name] ?? Number.NaN);
    const show = (value: number) => value.toFixed(Math.abs(value) < 20 ? 2 : 0);
    console.log(`  ${name.padEnd(66)}${show(median(values)).padStart(9)}   (${values.map(show).join(", ")})`);
  }
}
