// tink, the one command: reads the command line, runs one command, and turns its failure into a sentence and an exit code.
import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { explainError } from "./explain-error.ts";
import { addCommands } from "./program.ts";

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort(new Error(name)));
// A reader that closed its end (tink get … | head) has what it wants.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const context: CliContext = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  nowMs: () => Date.now(),
  signal: stop.signal,
  setExitCode: (code) => (process.exitCode = code),
};

try {
  await addCommands(new Command(), context).parseAsync();
} catch (error) {
  const { code, text } = explainError(error);
  context.stderr(text);
  process.exitCode = code;
}
