// One folder for all that a benchmark writes, its processes included, which goes with it whatever ends it.
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** For as long as it runs `tmpdir()` is that folder, here and in what is started from here. */
export async function inRunFolder(name: string, run: () => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), `bench-${name}-`));
  const remove = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  process.env.TMPDIR = dir;
  process.once("exit", remove);
  for (const signal of signals)
    process.once(signal, () => {
      // They would go on writing there.
      for (const child of children()) process.kill(child, "SIGKILL");
      process.exit(128 + constants.signals[signal]);
    });
  await run();
}

/** A namespace ends with the child that it was made by. */
function children(): number[] {
  const listed = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  return listed.split(" ").filter(Boolean).map(Number);
}
