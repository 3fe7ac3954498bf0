// Runs a program to its end and says clearly what it said when it fails.
import { spawn } from "node:child_process";

/** A program that could not be started, failed, or was given up. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly code: "not-found" | "failed" | "aborted";
  constructor(code: ProgramError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** How long it may take until it is killed; without it, as long as it likes. */
  readonly timeoutMs?: number;
  /** Text for standard input; without it the program reads an empty one. */
  readonly input?: string | Uint8Array;
  /** Called with each piece of standard output and error as it comes. */
  readonly onOutput?: (text: string) => void;
};

/** How much of a failed program's output is quoted, in characters: the end of it, where the reason is. */
const quotedChars = 2000;

// Of an ordinary user's PATH on Debian these are not a part, yet sfdisk, mkfs and ip are there.
const systemFolders = "/usr/sbin:/sbin:/usr/bin:/bin";

/**
 * Runs `argv[0]`, found by name, with the other arguments; without a shell.
 * @returns What it wrote to standard output.
 * @throws {ProgramError} With the command line, the exit code and the end of what it wrote.
 */
export async function runProgram(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const [program, ...args] = argv;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const env = options.env ?? process.env;
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...env, PATH: env.PATH ? `${env.PATH}:${systemFolders}` : systemFolders },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  let stdout = "";
  let everything = "";
  const keep = (text: string): void => {
    everything = (everything + text).slice(-quotedChars);
    options.onOutput?.(text);
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    keep(text);
  });
  child.stderr.setEncoding("utf8").on("data", keep);
  // A program that ends without reading its input is no fault of its own: its exit code decides.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input);
  child.on("error", (cause: NodeJS.ErrnoException) => {
    const [code, what] =
      cause.name === "AbortError"
        ? (["aborted", "was given up"] as const)
        : (["not-found", `cannot be started (${cause.message}): is it installed?`] as const);
    reject(new ProgramError(code, `${program} ${what}`, { cause }));
  });
  child.on("close", (exitCode, signal) => {
    if (exitCode === 0) return resolve(stdout);
    const patience = options.timeoutMs === undefined ? "" : ` (it had ${options.timeoutMs} ms)`;
    const end = signal === null ? `exit code ${exitCode}` : `${signal}${patience}`;
    reject(new ProgramError("failed", `${argv.join(" ")} ended with ${end}: ${everything.trim()}`));
  });
  return await promise;
}
