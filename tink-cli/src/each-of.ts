// A command over several objects: what fails is told, and the others are done all the same.
import { ApiError } from "@neverland/api/api-error";
import type { CliContext } from "./context.ts";
import { explainError } from "./explain-error.ts";

/** Whoever is away, or does not know us, says so of each object. */
const failsForAll = new Set(["unavailable", "unauthorized"]);

/**
 * Does `work` for each, in order. Failures are a line each on standard error, and the first one's exit code is the command's.
 * @param done What became of those that went well, for the last line after a failure: `applied`.
 * @throws The failure of one alone, and Ctrl-C.
 */
export async function eachOf<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  context: Pick<CliContext, "stderr" | "setExitCode" | "signal">,
  done?: string,
): Promise<void> {
  let [wentWell, firstCode] = [0, 0];
  for (const item of items) {
    try {
      await work(item);
      wentWell += 1;
    } catch (error) {
      if (items.length === 1 || context.signal.aborted) throw error;
      const { code, text } = explainError(error);
      context.stderr(text);
      firstCode ||= code;
      if (error instanceof ApiError && failsForAll.has(error.code)) break;
    }
  }
  if (firstCode === 0) return;
  if (done !== undefined) context.stderr(`${wentWell} of ${items.length} were ${done}\n`);
  context.setExitCode(firstCode);
}
