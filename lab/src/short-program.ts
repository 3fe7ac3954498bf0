// Runs one of the programs of which a lab is made and that answer at once: ip, unshare, ssh.
import { ProgramError, type RunOptions, runProgram } from "@neverland/debian";
import { LabError } from "./lab-error.ts";

const timeoutMs = 10_000;

/**
 * @returns What it wrote to standard output. It is killed after 10 s, unless `options` say otherwise.
 * @throws {LabError} `program-missing`, `aborted`, or `program-failed` with the program's own words.
 */
export async function runShortProgram(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  try {
    return await runProgram(argv, { timeoutMs, ...options });
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new LabError(labCodes[error.code], error.message, { cause: error });
  }
}

const labCodes = { "not-found": "program-missing", failed: "program-failed", aborted: "aborted" } as const;
