// tink up with a hall of machines in its database: its start, then lists and watches, and how long its event loop stands still.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figures } from "../figures/figure-table.ts";
import type { LoopStall } from "../figures/loop-watch.ts";
import { median } from "../figures/median.ts";
import { ServerProcess } from "../workers/server-process.ts";
import { readAddresses, tinkUp } from "../workers/tink-up.ts";
import { closedLoop } from "./closed-loop.ts";
import { ResourceCalls } from "./resource-calls.ts";
import { ToldLines } from "./told-lines.ts";
import { watchers, writeToWatches } from "./watch-fan-out.ts";

const pageSize = 500;
const writers = 32;
/** Beyond what of a history is kept, so that it is forgotten all the while. */
const writesMs = 10_000;

/** @param database Is copied; it has so many Hardware. */
export async function startAndRead(database: string, size: number): Promise<Figures> {
  const server = await ServerProcess.start(async (dataDir) => {
    await copyFile(database, join(dataDir, "neverland.db"));
    return tinkUp(dataDir);
  });
  const calls = new ResourceCalls(await readAddresses(server.readyLine), writers);
  let next = size;
  const create = async (writer = 0): Promise<void> => await calls.create(writer, next++);
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
    await note("first write", create);
    await note("list of all", () => calls.list(""));
    const pages: number[] = [];
    for (let page = 0; page < 20; page++) {
      const fromMs = performance.now();
      await calls.list(`?limit=${pageSize}`);
      pages.push(performance.now() - fromMs);
    }
    figures[`page of ${pageSize}, ms (median of 20)`] = median(pages);
    const version = await calls.version();
    const told = new ToldLines();
    await note(`${watchers} watches opened at once`, async () => {
      await Promise.all(Array.from({ length: watchers }, () => calls.watch(version, () => told.add())));
    });
    await note(`first 10 writes, each told to ${watchers} watches`, () => writeToWatches(10, create, told));
    calls.closeWatches();
    await note("a fortieth of all deleted by a selector", () => calls.deleteAll("?labelSelector=rack%3Dr7"));
    await note(`${writesMs / 1000} s of writes by ${writers}, history forgotten`, () =>
      closedLoop(writers, writesMs, create),
    );
    await note(`a list in pages of ${pageSize}, beside ${writers} who write all of it anew`, () =>
      pagesBesideWrites(calls, size, figures),
    );
    figures["resident at the end, MiB"] = (await server.residentMiB()).now;
    return figures;
  } finally {
    calls.close();
    await server.stop();
  }
}

/** Each writes another object each time, so that what the list holds grows as fast as it can. */
async function pagesBesideWrites(calls: ResourceCalls, size: number, figures: Figures): Promise<void> {
  const pages: number[] = [];
  let isListing = true;
  let written = 0;
  const write = async (writer: number): Promise<void> => {
    while (isListing) {
      const index = written++ % size;
      // A fortieth of them was deleted.
      if (index % 40 !== 7) await calls.change(writer, index, `${written}`);
    }
  };
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  try {
    figures["listed in pages"] = await calls.pages(pageSize, (tookMs) => pages.push(tookMs));
  } finally {
    isListing = false;
    await writing;
  }
  figures["written meanwhile"] = written;
  figures["page beside them, ms (median)"] = median(pages);
}

function stallOf(name: string, { wallMs, cpuMs }: LoopStall): Figures {
  return { [`${name}: longest stall, ms of its own CPU`]: cpuMs, [`${name}: longest stall, ms by the clock`]: wallMs };
}
