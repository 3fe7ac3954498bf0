// Runs one command line to its end: whatever it throws becomes a sentence and an exit code.
import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { explainError } from "./explain-error.ts";
import { terminalText } from "./output/terminal-text.ts";
import { addCommands } from "./program.ts";

/** @param args Without node and script. */
export async function runCli(args: readonly string[], context: CliContext): Promise<void> {
  try {
    await addCommands(new Command(), context).parseAsync(args, { from: "user" });
  } catch (error) {
    const { code, text } = explainError(error);
    context.stderr(context.isTerminal ? terminalText(text) : text);
    context.setExitCode(code);
  }
}
