// Runs one command in the foreground, its output being the container's, and says how it ended.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { ActionError } from "./action-error.ts";

export type CommandOptions = {
  /** Where to chroot first; undefined stays in the image. */
  readonly root: string | undefined;
  readonly signal: AbortSignal;
  /** What the action ends with when the command fails. */
  readonly exitCode: number;
};

/** @throws {ActionError} `command` with the program's own exit code or signal in the message. */
export async function runCommand(argv: readonly [string, ...string[]], options: CommandOptions): Promise<void> {
  const [program, ...args] = options.root === undefined ? argv : (["chroot", options.root, ...argv] as const);
  const shown = argv.join(" ");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], signal: options.signal });
  child.on("error", (cause) => reject(failed(`"${shown}" could not be run`, options.exitCode, cause)));
  child.on("close", (exitCode, signal) => {
    if (exitCode === 0) resolve();
    else {
      const sentence = `"${shown}" ended with ${endOf(exitCode, signal)}${hint(exitCode, options.root)}`;
      reject(failed(sentence, options.exitCode));
    }
  });
  await promise;
}

function endOf(exitCode: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${exitCode}` : `signal ${signal} (${constants.signals[signal]})`;
}

/** chroot(1) and shells: the two codes that are not the program's own. */
function hint(exitCode: number | null, root: string | undefined): string {
  const where = root === undefined ? "in this image" : "on the disk";
  if (exitCode === 127) return `: there is no such program ${where}`;
  if (exitCode === 126) return `: it is there ${where} but cannot be executed`;
  return "";
}

function failed(sentence: string, exitCode: number, cause?: unknown): ActionError {
  return new ActionError("command", sentence, { exitCode, ...(cause === undefined ? {} : { cause }) });
}
