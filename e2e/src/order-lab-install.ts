// The outer half of an installation in the lab: builds what is to be installed, and starts the inner half in the lab's namespace.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureArtifacts } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { orderInLab } from "@neverland/lab";
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
  const { hookDir, filesDir } = await ensureArtifacts({ cacheDir, signal });
  const dir = await mkdtemp(join(tmpdir(), "lab-install-"));
  const order = { ...details, dir, hookDir, filesDir };
  const given = `${JSON.stringify(details)}; logs are in ${dir}`;
  const result = await orderInLab<Result>(join(import.meta.dirname, script), order, signal).catch((cause: unknown) => {
    throw new Error(`${cause instanceof Error ? cause.message : cause}, for ${given}`, { cause });
  });
  check({ result, about: `${JSON.stringify(result)} for ${given}` });
  await rm(dir, { recursive: true });
}
