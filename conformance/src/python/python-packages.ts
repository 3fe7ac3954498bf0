// Packages of Python's in a folder of the user's cache, beside nothing of the system's.
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { cacheFolder } from "../cache-folder.ts";

/**
 * @param requirement An exact version: `kubernetes==37.0.2`.
 * @returns What PYTHONPATH is to be. @throws {ProgramError} Where pip cannot fetch it.
 */
export async function pythonPackages(requirement: string): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, `python-${requirement.replace("==", "-")}`);
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await runProgram(["python3", "-m", "pip", "install", "--quiet", "--target", work, requirement]);
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}
