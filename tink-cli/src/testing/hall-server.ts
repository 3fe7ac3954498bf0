// `tink up` as a process that machines on loopback ask, for tests of how it ends.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openLoopbackClient, readRequest } from "@neverland/boots-netboot/testing/boots-on-loopback.ts";
import { type Hall, hallMachine, hallMachines, layOutHall, loader, registerHallAt } from "./loopback-hall.ts";

/** An end that waits for nobody takes half a second, and on a machine that is busy all over some more; a stop's deadline is ten seconds. */
export const soonMs = 4000;

export class HallServer {
  readonly hall: Hall;
  readonly #dir: string;
  #process: ChildProcess | undefined;

  private constructor(dir: string, hall: Hall) {
    [this.#dir, this.hall] = [dir, hall];
  }

  /** Knows the machines of the hall. @param under What runs it, which may give it another disk for the folder that it is told. */
  static async open(under: (dataDir: string) => readonly string[] = () => []): Promise<HallServer> {
    const dir = await mkdtemp(join(tmpdir(), "hall-server-"));
    const server = new HallServer(dir, await layOutHall(dir));
    await server.start(...under(join(dir, "data")));
    await registerHallAt(server.dataDir);
    return server;
  }

  /** As it sees it itself. */
  get dataDir(): string {
    return `/proc/${this.#process?.pid}/root${join(this.#dir, "data")}`;
  }

  /** Again, with the same data on the same ports. @param under What runs it. @returns What was said on its standard output before it was ready. */
  async start(...under: readonly string[]): Promise<string[]> {
    const main = join(import.meta.dirname, "../main.ts");
    const args = [...process.execArgv, main, "--data-dir", join(this.#dir, "data"), "up", ...this.hall.flags];
    const [program = "", ...rest] = [...under, process.execPath, ...args];
    const env = { ...process.env, TINK_LOG_LEVEL: "error" };
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"], env });
    this.#process = child;
    const said: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith('{"event":"ready"')) return said;
      said.push(line);
    }
    assert.fail("it ended before it was ready");
  }

  /** @returns How it ended, and after how many milliseconds. */
  async end(signal: NodeJS.Signals): Promise<{ how: unknown[]; tookMs: number }> {
    const fromMs = performance.now();
    const child = this.#process ?? assert.fail();
    const ended = once(child, "exit");
    child.kill(signal);
    const how = await ended;
    this.#process = undefined;
    return { how, tookMs: performance.now() - fromMs };
  }

  async close(): Promise<void> {
    if (this.#process !== undefined) await this.end("SIGKILL");
    await rm(this.#dir, { recursive: true });
  }
}

/** Machines ask to read, from a port each time, and acknowledge nothing. @returns Closes the ports. */
export async function floodReads(hall: Hall, count: number): Promise<() => void> {
  const clients = await Promise.all(
    Array.from({ length: count }, (_, at) =>
      openLoopbackClient(hallMachine((at % hallMachines) + 1).address, 0, hall.tftpPort),
    ),
  );
  for (const [at, client] of clients.entries()) {
    client.send(readRequest(loader.name));
    if (at % 50 === 0) await new Promise(setImmediate);
  }
  return () => {
    for (const { socket } of clients) socket.close();
  };
}
