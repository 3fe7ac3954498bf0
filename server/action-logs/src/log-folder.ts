// The folder that logs are kept in: made by us, never followed elsewhere, and nothing in it touched that is not a log.
import type { Dirent } from "node:fs";
import { lstat, mkdir, readdir, rename, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { ActionLogError } from "./action-log-error.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const logFile = /^[0-9A-Za-z]{26}\.jsonl$/;

/** Whether the entry is what we make for a workflow; anything else in the folder is somebody's. */
export function isWorkflowFolder(entry: Dirent): boolean {
  return entry.isDirectory() && uuid.test(entry.name);
}

/** @throws {ActionLogError} `bad-folder` when it is no folder, or a link to one: root would write and delete where it leads. */
export async function openLogFolder(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (!(await lstat(dir)).isDirectory())
    throw new ActionLogError(
      "bad-folder",
      `${dir} is not a folder of its own, so the output of actions is not kept there; move it away`,
    );
}

/**
 * Takes over the logs of these workflows from the folder `logs` that earlier versions kept them in. Whatever else is in
 * there stays as it is: people keep things in folders of that name.
 */
export async function takeOverLogs(from: string, to: string, workflowUIDs: ReadonlySet<string>): Promise<void> {
  const old = await lstat(from).catch(() => undefined);
  if (!old?.isDirectory()) return;
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!isWorkflowFolder(entry) || !workflowUIDs.has(entry.name)) continue;
    const files = await readdir(join(from, entry.name), { withFileTypes: true });
    if (!files.every((file) => file.isFile() && logFile.test(file.name))) continue;
    // One that is there already is the newer one.
    await rename(join(from, entry.name), join(to, entry.name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  }
  // Goes when it is empty; what is left in it is not ours to delete.
  await rmdir(from).catch(() => undefined);
}
