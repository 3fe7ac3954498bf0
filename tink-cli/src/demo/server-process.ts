// Starts `tink up` as anyone would, as a process of its own, and knows when it is ready.
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CliError } from "../cli-error.ts";

export type ServerProcess = {
  readonly pid: number;
  /** What the ready line says: where it listens. */
  readonly addresses: Readonly<Record<string, unknown>>;
  /** Ends it with SIGTERM and waits. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when it has ended, for whatever reason: to its exit code, or `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
};

/** A server that is not ready by then is not going to be. */
const readyTimeoutMs = 30_000;

/**
 * @param args What follows `tink up`. Its log goes to `logFile`.
 * @param elsewhere Makes of its command line one that runs it in another place. Ctrl-C then reaches it by way of us alone.
 * @throws {CliError} `failed` when it ends or stays silent instead of becoming ready.
 */
export async function startServerProcess(
  args: readonly string[],
  logFile: string,
  signal: AbortSignal,
  elsewhere?: (argv: readonly string[]) => Promise<readonly string[]>,
): Promise<ServerProcess> {
  const log = await open(logFile, "a");
  const { size: logFrom } = await log.stat();
  const main = join(import.meta.dirname, "../main.ts");
  const here = [process.execPath, ...process.execArgv, main, "up", ...args];
  const [program = "", ...argv] = (await elsewhere?.(here)) ?? here;
  const child = spawn(program, argv, { detached: elsewhere !== undefined, stdio: ["ignore", "pipe", log.fd] });
  await log.close();
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    const addresses = await readReadyLine(child, AbortSignal.any([signal, AbortSignal.timeout(readyTimeoutMs)]));
    const stop = async (): Promise<void> => {
      child.kill();
      await exited;
    };
    return { pid: child.pid ?? 0, addresses, exited, stop };
  } catch (cause) {
    child.kill();
    signal.throwIfAborted();
    const last = await lastWords(logFile, logFrom);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      "failed",
      `tink up did not become ready (its log: ${logFile}): ${why}${last === undefined ? "" : `; its last words: ${last}`}`,
      { cause },
    );
  }
}

/** `exit code 1`, or that nobody but a signal ended it. */
export function endText(code: number | null, signal?: NodeJS.Signals | null): string {
  return code === null ? `it was killed${signal ? ` by ${signal}` : ""}` : `it ended with exit code ${code}`;
}

const mostLogBytes = 64 * 1024;

/** What it said of its end, else the last line that was logged since: another server may log there as well. */
async function lastWords(logFile: string, from: number): Promise<string | undefined> {
  const log = await open(logFile, "r");
  try {
    const { size } = await log.stat();
    const start = Math.max(from, size - mostLogBytes);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n");
    return lines.findLast((line) => /^(tink|error): /.test(line)) ?? (lines.at(-1) || undefined);
  } finally {
    await log.close();
  }
}

async function readReadyLine(child: ChildProcess, signal: AbortSignal): Promise<Record<string, unknown>> {
  // Of an end that came before nobody would tell any more.
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  child.once("error", reject);
  child.once("exit", (code, by) => reject(new Error(endText(code, by))));
  signal.addEventListener("abort", () => reject(new Error(`it was silent for ${readyTimeoutMs / 1000} s`)), {
    once: true,
  });
  if (child.stdout === null) throw new Error("it has no standard output");
  createInterface(child.stdout).on("line", (line) => {
    if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line) as Record<string, unknown>);
  });
  return await promise;
}
