// One write that five hundred watches are told of: ours, etcd's, and the bare writes to as many connections, which are the least it can be.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import type { Figures } from "../figures/figure-table.ts";
import { cpuMsOf } from "../figures/process-figures.ts";
import { etcdCommand } from "../peers/etcd.ts";
import { ServerProcess } from "../workers/server-process.ts";
import { readAddresses, tinkUp } from "../workers/tink-up.ts";
import type { SocketsOrder } from "./bare-sockets.ts";
import { EtcdPuts } from "./etcd-puts.ts";
import { ResourceCalls } from "./resource-calls.ts";
import { ToldLines } from "./told-lines.ts";

export const watchers = 500;
const writes = 50;
/** As long as the line of a Hardware. */
const lineBytes = 1400;

/** Something that has `watchers` watches open. */
type Contestant = {
  readonly name: string;
  readonly cpuMs: () => Promise<number>;
  /** Resolves when the write is acknowledged. */
  readonly write: () => Promise<void>;
  /** Of all watches. */
  readonly told: ToldLines;
  readonly stop: () => Promise<void>;
};

/** Writes, and waits each time until all watches were told. */
export async function writeToWatches(count: number, write: () => Promise<void>, told: ToldLines): Promise<void> {
  for (let done = 0; done < count; done++) await Promise.all([told.more(watchers), write()]);
}

export async function fanOut(rounds: number): Promise<Figures[]> {
  const contestants = [await ours(), await etcds(), await bareSockets()];
  try {
    for (const { write, told } of contestants) await writeToWatches(writes, write, told); // compiled and warm
    const rows: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      const row: Figures = {};
      for (const { name, cpuMs, write, told } of contestants) {
        const [before, fromMs] = [await cpuMs(), performance.now()];
        await writeToWatches(writes, write, told);
        row[`${name}: ms of CPU a write`] = ((await cpuMs()) - before) / writes;
        row[`${name}: ms until all are told`] = (performance.now() - fromMs) / writes;
      }
      rows.push(row);
    }
    return rows;
  } finally {
    for (const { stop } of contestants) await stop();
  }
}

async function ours(): Promise<Contestant> {
  const server = await ServerProcess.start(tinkUp);
  const calls = new ResourceCalls(await readAddresses(server.readyLine), 1);
  const told = new ToldLines();
  let next = 0;
  const write = async (): Promise<void> => await calls.create(0, next++);
  await write();
  const version = await calls.version();
  await Promise.all(Array.from({ length: watchers }, () => calls.watch(version, () => told.add())));
  return {
    name: "tink up",
    ...{ cpuMs: () => server.cpuMs(), write, told },
    stop: async () => {
      calls.close();
      await server.stop();
    },
  };
}

async function etcds(): Promise<Contestant> {
  let port = 0;
  const server = await ServerProcess.start(async (dir) => {
    const command = await etcdCommand(dir);
    port = command.port;
    return command;
  });
  const puts = new EtcdPuts(port, 1);
  const told = new ToldLines();
  let next = 0;
  await Promise.all(Array.from({ length: watchers }, () => puts.watch(() => told.add())));
  return {
    name: "etcd",
    ...{ cpuMs: () => server.cpuMs(), write: () => puts.put(0, next++), told },
    stop: async () => {
      puts.close();
      await server.stop();
    },
  };
}

/** The same writes to as many connections by a program that does nothing else. */
async function bareSockets(): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, "bare-sockets.ts"), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [port]: number[] = await once(child, "message", { signal: AbortSignal.timeout(60_000) });
  const told = new ToldLines();
  let bytes = 0;
  const sockets = Array.from({ length: watchers }, () =>
    connect(Number(port), "127.0.0.1").on("data", (part) => {
      bytes += part.length;
      const lines = Math.floor(bytes / lineBytes);
      bytes -= lines * lineBytes;
      told.add(lines);
    }),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return {
    name: "bare sockets",
    cpuMs: () => cpuMsOf(Number(child.pid)),
    write: async () => void child.send({ connections: watchers, bytes: lineBytes } satisfies SocketsOrder),
    told,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      child.disconnect();
      await once(child, "exit");
    },
  };
}
