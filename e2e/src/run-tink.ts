// Runs ./tink as a person would, from the root of the checkout.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export type TinkResult = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };
export type TinkOptions = { readonly signal: AbortSignal; readonly env?: NodeJS.ProcessEnv };

export type RunningTink = {
  readonly process: ChildProcess;
  /** Resolves with the first whole line of standard output; rejects when it ends before. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<TinkResult>;
};

/** Standard error is shown as it comes, so that a run that hangs tells where. */
export function startTink(args: readonly string[], options: TinkOptions): RunningTink {
  const child = spawn(join(root, "tink"), args, {
    stdio: ["ignore", "pipe", "pipe"],
    signal: options.signal,
    env: { ...process.env, ...options.env },
  });
  const ended = Promise.withResolvers<TinkResult>();
  const firstLine = Promise.withResolvers<string>();
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
    if (output.stdout.includes("\n")) firstLine.resolve(output.stdout.slice(0, output.stdout.indexOf("\n")));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
    process.stderr.write(text);
  });
  child.on("error", ended.reject);
  child.on("close", (exitCode) => {
    ended.resolve({ exitCode, ...output });
    firstLine.reject(new Error(`tink ${args.join(" ")} ended with ${exitCode}: ${output.stderr}`));
  });
  // Whoever waits for one of them need not wait for the other.
  for (const { promise } of [ended, firstLine]) promise.catch(() => undefined);
  return { process: child, firstLine: firstLine.promise, ended: ended.promise };
}

export async function runTink(args: readonly string[], options: TinkOptions): Promise<TinkResult> {
  return await startTink(args, options).ended;
}
