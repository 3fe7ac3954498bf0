// A hall of machines whose workers wait for something to do: what so many cost while nothing happens, and how soon one hears of its work.
import { setTimeout as delay } from "node:timers/promises";
import { ensurePackages } from "@neverland/debian";
import { descriptorShare } from "@neverland/platform/network/connection-caps.ts";
import { type Figures, printFigures } from "./figures/figure-table.ts";
import { percentile } from "./figures/percentile.ts";
import { etcdPackage } from "./peers/etcd.ts";
import { type Contestant, etcd, tinkServer } from "./waiting/contestants.ts";
import { WaitingHall } from "./waiting/waiting-hall.ts";

export const summary = "waiting: memory, CPU at rest and pick-up of workers that wait, beside etcd";

const perSecond = 1000;
/** What a start leaves to do is over. */
const settleMs = 3000;
/** Long enough for each worker to ask again once: an ask is answered after 55 s. */
const restMs = 60_000;
const oneByOne = 100;
const [bursts, burstSize] = [5, 100];
/** Of the server's descriptors for workers, as its listener takes them; this process needs as many. */
const shareOfDescriptors = 0.6;

/** @param args How many workers, one figure for each run; with `--rounds N` before them. */
export async function run(args: readonly string[]): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  await ensurePackages([etcdPackage], { say: console.log, isRoot });
  const [flag, value] = args;
  const rounds = flag === "--rounds" ? Number(value) : 3;
  const given = (flag === "--rounds" ? args.slice(2) : args).map(Number);
  const sizes = given.length > 0 ? given : [1000, 10_000];
  const most = descriptorShare(shareOfDescriptors);
  const tooMany = sizes.find((size) => size > most);
  if (tooMany !== undefined)
    throw new Error(
      `${tooMany} workers cannot wait: with this limit of open files (ulimit -Hn) the server takes ${most} connections, and never more than 16000; raise it, or ask for fewer`,
    );
  for (const machines of sizes) {
    const [ours, peers]: [Figures[], Figures[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(await measure(await tinkServer(machines), machines));
      peers.push(await measure(await etcd(), machines));
    }
    printFigures(`tink up, ${machines} workers, ${perSecond} connect in a second`, ours);
    printFigures(`etcd, as many watches, each on a connection of its own`, peers);
  }
  console.log(
    "\ngoals, of 10,000: <= 350 MiB in all, 0 broken, <= 1 % of a core at rest, one by one p99 < 50 ms, nobody else told",
  );
}

async function measure(contestant: Contestant, machines: number): Promise<Figures> {
  const { server } = contestant;
  const hall = new WaitingHall(contestant);
  const figures: Figures = {};
  try {
    const before = (await server.residentMiB()).now;
    const [fromMs, fromCpuMs] = [performance.now(), await server.cpuMs()];
    if (contestant.isWatched) await server.longestStall();
    await hall.connect(machines, perSecond);
    figures["s until all are connected"] = (performance.now() - fromMs) / 1000;
    await delay(settleMs);
    figures["ms of CPU a connection"] = ((await server.cpuMs()) - fromCpuMs) / machines;
    // Looking costs CPU, which is counted from here on.
    if (contestant.isWatched)
      figures["ms of its own CPU: longest stall meanwhile"] = (await server.longestStall("last stall")).cpuMs;
    figures["connections broken"] = hall.broken;
    const [restFromMs, restFromCpuMs] = [performance.now(), await server.cpuMs()];
    await delay(restMs);
    figures["% of a core at rest"] =
      (((await server.cpuMs()) - restFromCpuMs) / (performance.now() - restFromMs)) * 100;
    const { now, peak } = await server.residentMiB();
    Object.assign(figures, {
      ...{ "MiB before": before, "MiB with all of them waiting": now, "MiB at the most": peak },
      "kB a worker": ((now - before) * 1024) / machines,
    });
    await hall.give(oneByOne, 1); // warm
    const single = await hall.give(oneByOne, 1);
    const burst: number[] = [];
    for (let n = 0; n < bursts; n++) burst.push(...(await hall.give(burstSize, burstSize)));
    for (const [name, tookMs] of [
      ["one by one", single],
      [`${burstSize} at once`, burst],
    ] as const)
      for (const share of [0.5, 0.99])
        figures[`ms from the order to its worker, ${name}: p${share * 100}`] = percentile(tookMs, share);
    figures["workers told of what was not theirs"] = hall.misled;
    figures["connections broken in all"] = hall.broken;
    return figures;
  } finally {
    hall.close();
    await contestant.stop();
  }
}
