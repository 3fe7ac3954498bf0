// Mounts a file system for as long as something is done in it, and always takes it off again.
import { access, mkdir, rmdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { runProgram } from "@neverland/debian";
import { ActionError } from "./action-error.ts";
import type { ActionLog } from "./action-log.ts";
import { disksHere } from "./disks-here.ts";

/** Where upstream's actions mount, and what commands in published templates therefore name. */
export const mountPoint = "/mountAction";

export type MountRequest = {
  readonly source: string;
  readonly target: string;
  readonly fsType?: string;
  readonly options?: readonly string[];
};

type Deps = { readonly log: ActionLog; readonly signal: AbortSignal };

const unmountTries = 20;
const unmountPauseMs = 100;

/**
 * Mounts `source` at `target` (a folder is made when it is missing), runs `body`, writes all to disk and unmounts, whatever happened.
 * @throws {ActionError} `filesystem` when it cannot be mounted; else what `body` throws.
 */
export async function withMount<Result>(
  request: MountRequest,
  deps: Deps,
  body: () => Promise<Result>,
): Promise<Result> {
  const isNew = !(await exists(request.target)) && (await mkdir(request.target, { recursive: true })) !== undefined;
  await mount(request, deps.signal);
  try {
    return await body();
  } finally {
    await unmount(request.target, deps.log);
    if (isNew) await rmdir(request.target).catch(() => undefined);
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function mount({ source, target, fsType, options = [] }: MountRequest, signal: AbortSignal): Promise<void> {
  const type = fsType === undefined ? [] : ["-t", fsType];
  const flags = options.length === 0 ? [] : ["-o", options.join(",")];
  try {
    await runProgram(["mount", ...type, ...flags, source, target], { signal });
  } catch (cause) {
    const kind = fsType === undefined ? "" : ` as ${fsType}`;
    const isMissing = source.startsWith("/dev/") && !(await exists(source));
    const hint = isMissing
      ? `There is no ${source}. ${await disksHere("partitions")}`
      : "Check that the device holds this file system, and is not in use";
    throw new ActionError("filesystem", `${source} could not be mounted${kind} at ${target}. ${hint}`, { cause });
  }
}

/** Not given up by a signal: a file system that stays mounted loses what was written. */
async function unmount(target: string, log: ActionLog): Promise<void> {
  await runProgram(["sync"]);
  let lastError: unknown;
  for (let tried = 0; tried < unmountTries; tried += 1) {
    try {
      await runProgram(["umount", target]);
      return;
    } catch (error) {
      lastError = error;
      await delay(unmountPauseMs);
    }
  }
  // A daemon that the command left behind holds it; it ends with the container, and the data is on the disk already.
  log.warn("the file system is still in use; it is taken off when its last user ends", {
    target,
    reason: lastError instanceof Error ? lastError.message : String(lastError),
  });
  await runProgram(["umount", "-l", target]);
}
