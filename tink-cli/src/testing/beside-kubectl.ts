// For tests: Debian's kubectl and tink at one server, and what both print.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import type { CliBench, CliRun } from "./cli-bench.ts";

/** kubectl to its end, with what `tink up` wrote for it. @param input What it reads as standard input. */
export async function runKubectl(bench: CliBench, args: readonly string[], input = ""): Promise<CliRun> {
  const kubectl = await debianKubectl();
  const env = { PATH: process.env.PATH, HOME: bench.dir, KUBECONFIG: join(bench.dir, "kubeconfig") };
  return await new Promise((resolve) => {
    const child = execFile(kubectl, args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** The same words to both: the same output, and both done or neither. Exit codes of failures are tink's own, of more kinds than kubectl's 1. */
export async function assertSame(bench: CliBench, ...args: readonly string[]): Promise<void> {
  // One after the other: an age is of whole seconds.
  const [theirs, ours] = [await runKubectl(bench, args), await bench.run(...args)];
  assert.equal(steady(ours.stdout), steady(theirs.stdout), `${args.join(" ")}: ${ours.stderr}${theirs.stderr}`);
  assert.equal(ours.code === 0, theirs.code === 0, `${args.join(" ")}: ${ours.stderr}${theirs.stderr}`);
}

/** Without ages, and what Debian's kubectl of 2020 writes of a List and later ones no more. */
function steady(text: string): string {
  return text
    .replaceAll(/ \d+s\b/g, " 9s")
    .replaceAll(/^ +"?selfLink"?: "",?\n/gm, "")
    .replaceAll(/("resourceVersion": ""),/g, "$1");
}
