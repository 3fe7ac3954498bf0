// Tells the kernel that a disk has a new partition table, and waits until its partitions can be opened.
import { access, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runProgram } from "@neverland/debian";
import { ActionError } from "../../program/action-error.ts";
import type { ActionLog } from "../../program/action-log.ts";
import type { Target } from "./target.ts";

const tries = 20;
const pauseMs = 250;

/**
 * @returns The partitions' paths.
 * @throws {ActionError} `disk` when the kernel keeps the old table: what comes next would write to wrong places.
 */
export async function rereadPartitions(
  { path, sysfs }: Pick<Target, "path" | "sysfs">,
  deps: { readonly log: ActionLog; readonly signal: AbortSignal },
): Promise<string[]> {
  if (sysfs === undefined || !(await canHavePartitions(sysfs))) {
    deps.log.info("this target has no partitions of its own, so no table is read", { disk: path });
    return [];
  }
  await reread(path, deps.signal);
  const names = await partitionNames(sysfs);
  const nodes = names.map((name) => join(dirname(path), name));
  for (const node of nodes) await waitFor(node, deps.signal);
  return nodes;
}

/** Partitions and loop devices without scanning have a range of one minor number. */
async function canHavePartitions(sysfs: string): Promise<boolean> {
  const read = async (name: string): Promise<string | undefined> =>
    await readFile(join(sysfs, name), "utf8").catch(() => undefined);
  const isPartition = (await read("partition")) !== undefined;
  const scans = (await read("loop/partscan"))?.trim() !== "0";
  return !isPartition && scans && Number((await read("ext_range")) ?? "1") > 1;
}

async function reread(path: string, signal: AbortSignal): Promise<void> {
  let lastError: unknown;
  for (let tried = 0; tried < tries; tried += 1) {
    try {
      await runProgram(["blockdev", "--rereadpt", path], { signal });
      return;
    } catch (error) {
      // Something looks at the disk for a moment (udev, above all): it is busy until that ends.
      lastError = error;
      await delay(pauseMs, undefined, { signal });
    }
  }
  const sentence = `The image is on ${path}, but the kernel still goes by the old partition table. Reboot before using the disk`;
  throw new ActionError("disk", sentence, { cause: lastError });
}

async function partitionNames(sysfs: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(sysfs, { withFileTypes: true }))
    if (entry.isDirectory() && (await exists(join(sysfs, entry.name, "partition")))) names.push(basename(entry.name));
  return names.sort();
}

async function waitFor(node: string, signal: AbortSignal): Promise<void> {
  for (let tried = 0; tried < tries; tried += 1) {
    if (await exists(node)) return;
    await delay(pauseMs, undefined, { signal });
  }
  const waited = (tries * pauseMs) / 1000;
  const hint = "Give the container the host's /dev (volume /dev:/dev)";
  throw new ActionError(
    "disk",
    `The kernel knows the partition ${node}, but it is not there after ${waited} s. ${hint}`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
