// A command that is known by its words and its description, and loads the rest of itself when it is needed.
import { Command } from "commander";
import type { CliContext } from "../context.ts";

/** What a module in `commands/` has: it gives the command its options and what it does. */
export type CommandModule = { configure(command: Command, context: CliContext): void };

export class LazyCommand extends Command {
  readonly #load: () => Promise<void>;
  #loading: Promise<void> | undefined;

  /** @param words Name and arguments, as commander writes them: `get <resource...>`. */
  constructor(words: string, context: CliContext, module: () => Promise<CommandModule>) {
    const [name = "", ...args] = words.split(" ");
    super(name);
    for (const each of args) this.argument(each);
    this.#load = async () => (await module()).configure(this, context);
  }

  /** Before its options are read or shown. */
  async load(): Promise<void> {
    this.#loading ??= this.#load();
    await this.#loading;
  }
}
