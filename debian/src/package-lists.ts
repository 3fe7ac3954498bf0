// Lets apt find packages also where its own lists are missing or just being replaced: with lists of ours, which need no root.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ProgramError, runProgram } from "./run-program.ts";

/**
 * Runs `use` with options for apt: none at first, and when that fails, those of lists fetched into `listsDir`.
 * @throws {ProgramError} What `use` throws the second time, or the fetching of the lists.
 */
export async function withPackageLists<Result>(
  listsDir: string,
  use: (aptOptions: readonly string[]) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  try {
    return await use([]);
  } catch (error) {
    if (!(error instanceof ProgramError && error.code === "failed")) throw error;
  }
  return await use(await fetchPackageLists(listsDir, signal));
}

/**
 * Fetches apt's lists into `listsDir`, from where this machine's own apt would.
 * @returns Options with which apt reads them.
 * @throws {ProgramError} When apt-get fails.
 */
export async function fetchPackageLists(listsDir: string, signal?: AbortSignal): Promise<string[]> {
  const options = ownLists(listsDir);
  await mkdir(join(listsDir, "lists", "partial"), { recursive: true });
  await mkdir(join(listsDir, "cache"), { recursive: true });
  await runProgram(["apt-get", ...options, "update", "-qq"], signal ? { signal } : {});
  return options;
}

function ownLists(listsDir: string): string[] {
  const settings = [
    `Dir::State::lists=${join(listsDir, "lists")}`,
    `Dir::Cache=${join(listsDir, "cache")}`,
    // The user that root's apt downloads as cannot write to a folder of ours.
    "APT::Sandbox::User=root",
  ];
  return settings.flatMap((setting) => ["-o", setting]);
}
