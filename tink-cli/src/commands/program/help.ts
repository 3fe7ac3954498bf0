// tink help: of the program, or of a command, which is loaded for it.
import type { Command } from "commander";
import { LazyCommand } from "../../command-line/lazy-command.ts";

export function configure(command: Command): void {
  command.action(async (words: string[]) => {
    let shown = command.parent ?? command;
    for (const word of words) {
      const child = shown.commands.find((known) => known.name() === word);
      if (child === undefined) return command.error(`error: ${shown.name()} has no command '${word}'`);
      if (child instanceof LazyCommand) await child.load();
      shown = child;
    }
    shown.help();
  });
}
