// For tests: a real server process on free ports of the loopback, and the CLI run against it, in process or as a process.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { workerAt } from "@neverland/tink-server/testing/tink-bench.ts";
import { type Clients, clientsOf } from "../connection/connect.ts";
import { type Connection, findConnection } from "../connection/connection.ts";
import type { CliContext } from "../context.ts";
import { type ServerProcess, startServerProcess } from "../demo/server-process.ts";
import { runCli } from "../run-cli.ts";

export type CliRun = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type RunningCli = {
  readonly ended: Promise<CliRun>;
  /** Resolves once standard output matches; rejects when the command ends before. */
  saw(pattern: RegExp): Promise<void>;
  /** The same of standard error. */
  warned(pattern: RegExp): Promise<void>;
  /** Ctrl-C. */
  interrupt(): void;
};

/** Opened by `openCliBench`, closed by the test that opened it. */
export class CliBench {
  readonly dir: string;
  readonly connection: Connection;
  readonly #server: ServerProcess;

  constructor(dir: string, connection: Connection, server: ServerProcess) {
    this.dir = dir;
    this.connection = connection;
    this.#server = server;
  }

  /** As the ready line says them. */
  get addresses(): ServerProcess["addresses"] {
    return this.#server.addresses;
  }

  get clients(): Clients {
    return clientsOf(this.connection);
  }

  /** To its end, against this server. */
  async run(...args: readonly string[]): Promise<CliRun> {
    return await this.start(...args).ended;
  }

  start(...args: readonly string[]): RunningCli {
    return startCli(["--data-dir", this.dir, ...args]);
  }

  /** As a process of its own, which reads `input`. */
  async runProcess(input: string, ...args: readonly string[]): Promise<CliRun> {
    return await runCliProcess(["--data-dir", this.dir, ...args], input);
  }

  /** Writes a file into the bench's folder. @returns Its path. */
  async file(name: string, content: string): Promise<string> {
    const path = join(this.dir, "files", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  worker(agentID: string): ReturnType<typeof workerAt> {
    return workerAt(`http://${this.#server.addresses.grpc}`, agentID);
  }

  /** Ends the server with SIGTERM. @returns Its exit code; `null` when a signal ended it. Safe to call twice. */
  async stop(): Promise<number | null> {
    await this.#server.stop();
    return await this.#server.exited;
  }

  async close(): Promise<void> {
    await this.#server.stop();
    await rm(this.dir, { recursive: true });
  }
}

/** Everything but DHCP and TFTP, which need an interface. @param more Flags beside those. */
export async function openCliBench(...more: readonly string[]): Promise<CliBench> {
  const dir = await mkdtemp(join(tmpdir(), "tink-cli-"));
  const ports = ["--api-listen", "127.0.0.1:0", "--http-port", "0", "--grpc-port", "0"];
  const { signal } = new AbortController();
  let server: ServerProcess | undefined;
  try {
    server = await startServerProcess(["--data-dir", dir, ...ports, ...more], join(dir, "server.log"), signal);
    return new CliBench(dir, await findConnection({ dataDir: dir }, {}, false), server);
  } catch (error) {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** All of them, or none: when one does not open, those that do are closed. */
export async function openAll<T extends { close(): Promise<void> }>(opening: readonly Promise<T>[]): Promise<T[]> {
  try {
    return await Promise.all(opening);
  } catch (error) {
    for (const one of await Promise.allSettled(opening)) if (one.status === "fulfilled") await one.value.close();
    throw error;
  }
}

/** Without an environment, so that no server of this machine is found by chance. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCli {
  const stop = new AbortController();
  const output = { code: 0, stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  const context: CliContext = {
    stdin: Readable.from([]),
    stdout: (part) => {
      output.stdout += part;
      for (const look of waiting) look();
    },
    stderr: (part) => {
      output.stderr += part;
      for (const look of waiting) look();
    },
    isTerminal: false,
    env: { HOME: "/nonexistent", XDG_DATA_HOME: "/nonexistent", XDG_STATE_HOME: "/nonexistent", ...env },
    isRoot: false,
    nowMs: () => Date.now(),
    signal: stop.signal,
    setExitCode: (code) => {
      output.code = code;
    },
  };
  const ended = runCli(args, context).then(() => output);
  const sawOn = (stream: "stdout" | "stderr") => async (pattern: RegExp) => {
    const seen = Promise.withResolvers<void>();
    const look = (): void => void (pattern.test(output[stream]) && seen.resolve());
    waiting.add(look);
    look();
    const tooEarly = ended.then(({ code, stdout, stderr }) => {
      look();
      seen.reject(new Error(`ended with ${code} without ${pattern}: ${stdout}${stderr}`));
    });
    await Promise.race([seen.promise, tooEarly.then(() => seen.promise)]);
    waiting.delete(look);
  };
  return {
    ended,
    saw: sawOn("stdout"),
    warned: sawOn("stderr"),
    interrupt: () => stop.abort(new DOMException("SIGINT", "AbortError")),
  };
}

export async function runCliProcess(args: readonly string[], input: string): Promise<CliRun> {
  const child = spawnCli(args);
  child.stdin.end(input);
  return await endOf(child);
}

/** Gets a SIGINT as soon as it has printed something. */
export async function interruptCliProcess(args: readonly string[]): Promise<CliRun> {
  const child = spawnCli(args);
  child.stdout.once("data", () => child.kill("SIGINT"));
  return await endOf(child);
}

function spawnCli(args: readonly string[]): ChildProcessWithoutNullStreams {
  const main = join(import.meta.dirname, "../main.ts");
  return spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: "pipe" });
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<CliRun> {
  const exit = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
