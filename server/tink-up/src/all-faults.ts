// All that is wrong before a start is told at once: whoever mends one thing is not to learn of the next by trying again.
import { ServerError } from "@neverland/platform/server-error.ts";

/** Does each, whatever becomes of the others. @returns What was foreseen to go wrong. @throws What was not. */
export async function faultsOf(checks: readonly (() => Promise<unknown>)[]): Promise<readonly Error[]> {
  const faults: Error[] = [];
  for (const check of checks)
    await check().catch((error: unknown) => {
      if (!isForeseen(error)) throw error;
      faults.push(error);
    });
  return faults;
}

/** @throws {Error} The only fault as it is; `bad-config`, with a line each, for several. */
export function throwFaults(faults: readonly Error[]): void {
  const [first, ...others] = faults;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const lines = messagesOf(faults).join("\n");
  throw new ServerError("bad-config", `tink up: ${faults.length} things are wrong\n${lines}`, { cause: first });
}

export function messagesOf(faults: readonly Error[]): string[] {
  return faults.map(({ message }) => message);
}

/** An error with a code of its package has a sentence; one of the system has none. */
function isForeseen(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" && !("syscall" in error);
}
