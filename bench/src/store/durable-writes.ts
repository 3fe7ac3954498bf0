// Durable writes by so many writers at once: the store by itself, etcd, and the resource API over the store. The three take turns.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Figures } from "../figures/figure-table.ts";
import { etcdCommand } from "../peers/etcd.ts";
import { ServerProcess } from "../workers/server-process.ts";
import { readAddresses, tinkUp } from "../workers/tink-up.ts";
import type { BareOrder, BareRate } from "./bare-store.ts";
import { closedLoop } from "./closed-loop.ts";
import { EtcdPuts } from "./etcd-puts.ts";
import { ResourceCalls } from "./resource-calls.ts";

const writers = [1, 8, 32, 128];
const most = Math.max(...writers);
const forMs = 2000;
/** Compiled and warm after that. */
const warmMs = 4000;

type Contestant = {
  readonly measure: (writers: number, forMs: number) => Promise<Figures>;
  readonly stop: () => Promise<void>;
};

export async function durableWrites(rounds: number): Promise<Figures[]> {
  const contestants = [await bareStore(), await etcd(), await posts()];
  try {
    for (const { measure } of contestants) await measure(32, warmMs);
    const rows: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      const row: Figures = {};
      for (const count of writers)
        for (const { measure } of contestants) Object.assign(row, await measure(count, forMs));
      rows.push(withRatios(row));
    }
    return rows;
  } finally {
    for (const { stop } of contestants) await stop();
  }
}

async function bareStore(): Promise<Contestant> {
  const child: ChildProcess = fork(join(import.meta.dirname, "bare-store.ts"), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  return {
    measure: async (count, ms) => {
      const answer = once(child, "message", { signal: AbortSignal.timeout(120_000) });
      child.send({ writers: count, forMs: ms } satisfies BareOrder);
      const [{ perSecond, mainUs, allUs }] = (await answer) as [BareRate];
      return {
        [`store, ${count} writers, /s`]: perSecond,
        [`store, ${count} writers, us of CPU (main thread)`]: mainUs,
        [`store, ${count} writers, us of CPU`]: allUs,
      };
    },
    stop: async () => {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

async function etcd(): Promise<Contestant> {
  let port = 0;
  const server = await ServerProcess.start(async (dir) => {
    const command = await etcdCommand(dir);
    port = command.port;
    return command;
  });
  const puts = new EtcdPuts(port, most);
  let next = 0;
  return contestant("etcd", server, puts, (writer) => puts.put(writer, next++));
}

async function posts(): Promise<Contestant> {
  const server = await ServerProcess.start(tinkUp);
  const calls = new ResourceCalls(await readAddresses(server.readyLine), most);
  let next = 0;
  return contestant("POST", server, calls, (writer) => calls.create(writer, next++));
}

function contestant(
  name: string,
  server: ServerProcess,
  client: { close(): void },
  put: (writer: number) => Promise<void>,
): Contestant {
  return {
    measure: async (count, ms) => {
      const [cpuMs, own] = [await server.cpuMs(), process.cpuUsage()];
      const { done, perSecond } = await closedLoop(count, ms, put);
      const { user, system } = process.cpuUsage(own);
      return {
        [`${name}, ${count} writers, /s`]: perSecond,
        [`${name}, ${count} writers, us of CPU`]: (((await server.cpuMs()) - cpuMs) * 1000) / done,
        [`${name}, ${count} writers, us of CPU of who asks`]: (user + system) / done,
      };
    },
    stop: async () => {
      client.close();
      await server.stop();
    },
  };
}

function withRatios(row: Figures): Figures {
  const ratios = writers.flatMap((count) =>
    ["store", "POST"].map((name) => {
      const ratio = (row[`${name}, ${count} writers, /s`] ?? 0) / (row[`etcd, ${count} writers, /s`] ?? 0);
      return { [`${name} / etcd, ${count} writers`]: ratio };
    }),
  );
  return Object.assign(row, ...ratios);
}
