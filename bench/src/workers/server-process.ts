// A server under load as a process of its own, whose CPU, memory and stalls can be asked for.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { LoopQuestion, LoopStall } from "../figures/loop-watch.ts";
import { cpuMsOf, residentMiBOf } from "../figures/process-figures.ts";

export type ServerCommand = {
  readonly argv: readonly [string, ...string[]];
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly isReady: (line: string) => boolean;
};

/** A first start with an older data folder moves its events over. */
const startDeadlineMs = 180_000;
const stopDeadlineMs = 20_000;

export class ServerProcess {
  /** What it said when it was ready. */
  readonly readyLine: string;
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, dir: string, ready: { line: string; tookMs: number }) {
    this.#child = child;
    this.#dir = dir;
    this.readyLine = ready.line;
    this.readyMs = ready.tookMs;
  }

  /** @param command Made for the folder that the server is to keep its data in, which goes when it is stopped. */
  static async start(command: (dataDir: string) => Promise<ServerCommand> | ServerCommand): Promise<ServerProcess> {
    const dir = await mkdtemp(join(tmpdir(), "bench-workers-"));
    const { argv, env, isReady } = await command(dir);
    const [program, ...args] = argv;
    const fromMs = performance.now();
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...env },
    });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(
      () => reject(new Error(`${program} was not ready in ${startDeadlineMs} ms`)),
      startDeadlineMs,
    );
    child.once("error", reject);
    let lastLine = "nothing";
    child.once("close", () => reject(new Error(`${program} ended before it was ready; it last said: ${lastLine}`)));
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null)
        createInterface(stream).on("line", (line) => {
          lastLine = line;
          if (isReady(line)) resolve(line);
        });
    try {
      const line = await promise;
      return new ServerProcess(child, dir, { line, tookMs: performance.now() - fromMs });
    } catch (error) {
      child.kill("SIGKILL");
      await rm(dir, { recursive: true, force: true });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get #pid(): number {
    if (this.#child.pid === undefined) throw new Error("the server has ended");
    return this.#child.pid;
  }

  cpuMs(): Promise<number> {
    return cpuMsOf(this.#pid);
  }

  residentMiB(): Promise<{ readonly now: number; readonly peak: number }> {
    return residentMiBOf(this.#pid);
  }

  /** The longest stall since it was last asked; only of a process started with `loopWatchOption`. After the last one nobody looks any more. */
  async longestStall(question: LoopQuestion = "stall"): Promise<LoopStall> {
    const answer = once(this.#child, "message", { signal: AbortSignal.timeout(startDeadlineMs) });
    this.#child.send(question);
    const [stall] = await answer;
    return stall;
  }

  async stop(): Promise<void> {
    const exited =
      this.#child.exitCode === null && this.#child.signalCode === null ? once(this.#child, "exit") : undefined;
    this.#child.kill();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopDeadlineMs);
    await exited;
    clearTimeout(timer);
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** In NODE_OPTIONS: makes a process answer `longestStall`. */
export const loopWatchOption = `--import=${join(import.meta.dirname, "../figures/loop-watch.ts")}`;
