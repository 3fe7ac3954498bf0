// A disk that can be filled: a file system of 1 MiB, in a mount namespace of the program that fills it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/**
 * Runs a program of Node on it, with the folder as its argument. No privilege is needed.
 * @returns What it printed; what it said of errors goes to ours.
 */
export async function runOnSmallDisk(program: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "small-disk-"));
  const script = `mount -t tmpfs -o size=1m none "${folder}" && exec "$0" "$1" "${folder}"`;
  const args = ["--user", "--map-root-user", "--mount", "sh", "-c", script, process.execPath, program];
  const child = spawn("unshare", args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    return await text(child.stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
