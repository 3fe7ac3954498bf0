// Runs an action as a container would: a process of its own with nothing but the given environment.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export type Ended = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of JSON on standard output. */
  readonly lines: readonly LogLine[];
};
export type LogLine = { readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

export type Running = { readonly ended: Promise<Ended>; kill(signal: NodeJS.Signals): void };

/** @param action The folder in `actions/src` whose `main.ts` is run. */
export function startAction(
  action: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Running {
  const main = join(import.meta.dirname, "..", action, "main.ts");
  const path = process.env.PATH ?? "/usr/bin:/bin:/usr/sbin:/sbin";
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: `${path}:/usr/sbin:/sbin`, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { promise: closed, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(([exitCode, stdout, stderr]) => ({
    exitCode,
    stdout,
    stderr,
    lines: stdout.split("\n").flatMap(parseLine),
  }));
  return { ended, kill: (signal) => void child.kill(signal) };
}

export async function runActionForReal(
  action: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Ended> {
  return await startAction(action, environment, args).ended;
}

function parseLine(line: string): LogLine[] {
  return line.startsWith("{") ? [JSON.parse(line) as LogLine] : [];
}
