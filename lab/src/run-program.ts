// Runs one short program to its end and says, when it fails, what was run and what it answered.
import { execFile } from "node:child_process";
import { LabError } from "./lab-error.ts";

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 10 s: these are programs that answer at once. */
  readonly timeoutMs?: number;
  /** Text for its standard input. */
  readonly input?: string;
}

/** Runs `program`, found by name. Output over 1 MiB fails it. */
export type RunProgram = (program: string, args: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;

// An ordinary user's PATH on Debian lacks the folder that `ip` may be in.
const searchPath = `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`;

/** @throws {LabError} `program-missing`, or `program-failed` with the program's own words. */
export const runProgram: RunProgram = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      {
        timeout: options.timeoutMs ?? 10_000,
        killSignal: "SIGKILL",
        env: { ...process.env, PATH: searchPath },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(explain(program, args, error, stderr));
      },
    );
    // A program that dies before it has read its input is told of by its exit, not by a broken pipe here.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });

function explain(program: string, args: readonly string[], error: Error, stderr: string): LabError {
  if ("code" in error && error.code === "ENOENT")
    return new LabError("program-missing", `${program} is not installed or not in PATH; install its Debian package`);
  const said = stderr.trim() || error.message;
  return new LabError("program-failed", `${[program, ...args].join(" ")} failed: ${said}`, { cause: error });
}
