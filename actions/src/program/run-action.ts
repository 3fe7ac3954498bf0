// The rim of every action: reads the process, ends it with the right code, and stops the work when told to.
import { ActionError, sentenceOf } from "./action-error.ts";
import { type ActionLog, createLog } from "./action-log.ts";
import { type Environment, EnvironmentReader } from "./environment.ts";

export type ActionContext = {
  readonly environment: Environment;
  readonly args: readonly string[];
  readonly log: ActionLog;
  /** Aborts when the container is told to stop. */
  readonly signal: AbortSignal;
};

/** Runs the action and ends the process: 0 when `body` returns, else the error's exit code after one line that says why. */
export async function runAction(name: string, body: (context: ActionContext) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  // The first process of a container has no default signal handlers: without these it would not stop at all.
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => stop.abort(new ActionError("stopped", `${name} was stopped by ${signal}`)));
  const log = createLog(logFormat(process.env), { write: (line) => process.stdout.write(line), nowMs: Date.now });
  let exitCode = 0;
  try {
    await body({ environment: process.env, args: process.argv.slice(2), log, signal: stop.signal });
  } catch (thrown) {
    const error = stop.signal.aborted ? stop.signal.reason : thrown;
    exitCode = error instanceof ActionError ? error.exitCode : 1;
    log.error(sentenceOf(error), error instanceof ActionError ? { action: name, code: error.code } : { action: name });
  }
  // Not by running out of work: a socket that lingers must not hold up the workflow.
  process.exit(exitCode);
}

/** TEXT_LOGGING is image2disk's word, JSON_OUTPUT (once misspelt in its program) cexec's. Neither can be a reason to fail. */
function logFormat(environment: Environment): "json" | "text" {
  const reader = new EnvironmentReader(environment);
  const isJson = reader.boolean("JSON_OUTPUT", true) && reader.boolean("JSON_OUTOUT", true);
  return reader.boolean("TEXT_LOGGING", false) || !isJson ? "text" : "json";
}
