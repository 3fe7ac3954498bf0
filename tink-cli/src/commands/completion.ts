// tink completion: a script for the shell that completes commands, options, kinds and names; and what that script asks.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Argument, type Command } from "commander";
import { splitLine } from "../completion/split-line.ts";
import { type ObjectNames, suggest } from "../completion/suggest.ts";
import { clientsOf } from "../connect.ts";
import { findConnection } from "../connection.ts";
import type { CliContext } from "../context.ts";

const scripts = join(import.meta.dirname, "../completion");

/** Whoever pressed Tab waits: a server that has not answered by then has no names to offer. */
const namesTimeoutMs = 2000;
/** More would not fit a screen. */
const mostNames = 500;

const howToLoad = `
In ~/.bashrc: source <(tink completion bash)
In ~/.zshrc, after compinit: source <(tink completion zsh)
For fish, once: tink completion fish > ~/.config/fish/completions/tink.fish
It completes ./tink as well.`;

export function addCompletionCommand(program: Command, context: CliContext): void {
  program
    .command("completion")
    .description("print a script that makes a shell complete tink")
    .addArgument(new Argument("<shell>", "which shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", howToLoad)
    .action(async (shell: string) => context.stdout(await readFile(join(scripts, `tink.${shell}`), "utf8")));
  program
    .command("complete", { hidden: true })
    .description("print what can follow, a line each: the word, a tab, what it is")
    .argument("[words...]", "what follows tink; the last one is being typed")
    .option("--line <text>", "instead of words: what has been typed")
    .action(async (words: string[], { line }: { line?: string }) => {
      const typed = line === undefined ? words : splitLine(line).slice(1);
      const found = await suggest(program, typed, objectNames(context));
      context.stdout(found.map(({ value, about }) => `${value}\t${about}\n`).join(""));
    });
}

/** No server, or one that refuses us, is no reason to disturb who is typing. */
function objectNames({ env, isRoot, signal }: CliContext): ObjectNames {
  return async (kind, options) => {
    const [server, token, dataDir] = [options.get("server"), options.get("token"), options.get("dataDir")];
    const query = { namespace: options.get("namespace") ?? "default", limit: mostNames };
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(namesTimeoutMs)]);
    try {
      const connection = await findConnection({ server, token, dataDir }, env, isRoot);
      const { items } = await clientsOf(connection)(kind).list({ ...query, signal: deadline });
      return items.map(({ metadata }) => metadata.name);
    } catch {
      return [];
    }
  };
}
