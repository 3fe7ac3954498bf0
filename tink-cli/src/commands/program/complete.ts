// tink complete: what the shells' completion scripts ask. Commands and options are known at once, kinds and names are loaded.
import type { Command } from "commander";
import { splitLine } from "../../completion/split-line.ts";
import { suggest } from "../../completion/suggest.ts";
import type { CliContext } from "../../context.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .option("--line <text>", "instead of words: what has been typed")
    .action(async (words: string[], { line }: { line?: string }) => {
      const typed = line === undefined ? words : splitLine(line).slice(1);
      const found = await suggest(command.parent ?? command, typed, context);
      context.stdout(found.map(({ value, about }) => `${value}\t${about}\n`).join(""));
    });
}
