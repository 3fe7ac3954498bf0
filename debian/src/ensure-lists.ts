// Brings apt's package lists when there are none, as on a fresh installation or in a slimmed one.
import { runProgram } from "./run-program.ts";

/**
 * Only root may fetch them; for others, and where lists are there already, this does nothing.
 * @throws {ProgramError} When apt-get fails; the message quotes it.
 */
export async function ensurePackageLists(deps: {
  readonly say: (line: string) => void;
  readonly isRoot: boolean;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const options = deps.signal ? { signal: deps.signal } : {};
  if (!deps.isRoot || (await runProgram(["apt-get", "indextargets", "Created-By: Packages"], options)).trim() !== "")
    return;
  deps.say("Fetching Debian's package lists (apt-get update)");
  await runProgram(["apt-get", "update", "-qq"], options);
}
