// tink completion: a script for the shell that completes commands, options, kinds and names.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";

const scripts = join(import.meta.dirname, "../../completion");

const howToLoad = `
In ~/.bashrc: source <(tink completion bash)
In ~/.zshrc, after compinit: source <(tink completion zsh)
For fish, once: tink completion fish > ~/.config/fish/completions/tink.fish
It completes ./tink as well.`;

export function configure(command: Command, context: CliContext): void {
  const [shell] = command.registeredArguments;
  shell?.choices(["bash", "zsh", "fish"]);
  command
    .addHelpText("after", howToLoad)
    .action(async (name: string) => context.stdout(await readFile(join(scripts, `tink.${name}`), "utf8")));
}
