// Runs the steps of a gate one after the other, with the output of each, and sums them up at the end.
import { spawn } from "node:child_process";

export type Step = {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
};

type Result = { readonly name: string; readonly ok: boolean; readonly seconds: number };

/** Runs every step even when an earlier one failed, so that one run shows all that is wrong. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const results: Result[] = [];
  for (const step of steps) {
    console.log(`\n=== ${step.name}`);
    const startedMs = performance.now();
    const ok = await runStep(step);
    results.push({ name: step.name, ok, seconds: (performance.now() - startedMs) / 1000 });
  }
  console.log("\n=== summary");
  for (const { name, ok, seconds } of results) {
    console.log(`${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(7)} s  ${name}`);
  }
  return results.every((result) => result.ok);
}

async function runStep({ argv: [program, ...args] }: Step): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", (error) => {
    console.error(`${program}: ${error.message}`);
    resolve(false);
  });
  child.on("close", (exitCode) => resolve(exitCode === 0));
  return await promise;
}
