// Runs one command line to its end: whatever it throws becomes a sentence and an exit code.
import { Command, CommanderError } from "commander";
import { exitCodes } from "./cli-error.ts";
import { addCommands } from "./command-line/program.ts";
import type { CliContext } from "./context.ts";
import { terminalText } from "./output/terminal-text.ts";

/** @param args Without node and script. */
export async function runCli(args: readonly string[], context: CliContext): Promise<void> {
  try {
    await addCommands(new Command(), context).parseAsync(args, { from: "user" });
  } catch (error) {
    // Help, or what is wrong with the command line: said already.
    if (error instanceof CommanderError) return context.setExitCode(error.exitCode === 0 ? 0 : exitCodes.usage);
    // Only here: it knows the errors of all packages.
    const { explainError } = await import("./explain-error.ts");
    const { code, text } = explainError(error);
    context.stderr(context.isTerminal ? terminalText(text) : text);
    context.setExitCode(code);
  }
}
