// Runs ./tink as a person would, from the root of the checkout.
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export type TinkResult = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** Standard error is shown as it comes, so that a run that hangs tells where. */
export async function runTink(
  args: readonly string[],
  options: { signal: AbortSignal; env?: NodeJS.ProcessEnv },
): Promise<TinkResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TinkResult>();
  const child = spawn(join(root, "tink"), args, {
    stdio: ["ignore", "pipe", "pipe"],
    signal: options.signal,
    env: { ...process.env, ...options.env },
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      if (name === "stderr") process.stderr.write(text);
    });
  }
  child.on("error", reject);
  child.on("close", (exitCode) => resolve({ exitCode, ...output }));
  return await promise;
}
