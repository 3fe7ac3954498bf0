// The outer half of an installation in the lab: builds what is to be installed, and starts the inner half in the lab's namespace.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureHook, ensureImage } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { runInLabNamespace } from "@neverland/lab";
import type { LabOrder } from "./lab-install.ts";

export type LabResult<Result> = {
  readonly result: Result;
  /** For the message of an assertion: what came back, and where the logs are. */
  readonly about: string;
};

/**
 * @param script In this folder; it gets the order as its one argument and prints its result as one line of JSON.
 * @param check The test. Logs, disk and packets are kept when it throws.
 */
export async function orderLabInstall<Order extends LabOrder, Result>(
  script: string,
  details: Omit<Order, keyof LabOrder>,
  signal: AbortSignal,
  check: (given: LabResult<Result>) => void,
): Promise<void> {
  const cacheDir = defaultCacheDir(process.env);
  const [hookDir, filesDir] = await Promise.all([ensureHook({ cacheDir, signal }), ensureImage({ cacheDir, signal })]);
  const dir = await mkdtemp(join(tmpdir(), "lab-install-"));
  const order = { ...details, dir, hookDir, filesDir };
  const program = join(import.meta.dirname, script);
  const argv = [process.execPath, "--disable-warning=ExperimentalWarning", program, JSON.stringify(order)];
  const inside = await runInLabNamespace({ argv, signal, stdio: ["ignore", "pipe", "inherit"] });
  assert.ok(inside.child.stdout);
  let line = "";
  for await (const each of createInterface(inside.child.stdout)) line = each;
  const about = `${line} for ${JSON.stringify(details)}; logs are in ${dir}`;
  assert.equal(await inside.exitCode, 0, about);
  check({ result: JSON.parse(line) as Result, about });
  await rm(dir, { recursive: true });
}
