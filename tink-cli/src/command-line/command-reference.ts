// The reference page of commands: made of what their help is made of, so that it is always true.
import { homedir } from "node:os";
import { Command, type Option } from "commander";
import type { CliContext } from "../context.ts";
import { LazyCommand } from "./lazy-command.ts";
import { addCommands } from "./program.ts";

const introduction = `\`tink help COMMAND\` says the same at the prompt, and \`tink completion SHELL\` makes a shell complete it. Commands that have kubectl's name do what
kubectl does. This page is made from the commands themselves by \`npm run generate\`.`;

/** Markdown. */
export async function commandReference(): Promise<string> {
  const program = addCommands(new Command(), nobody);
  const blocks = [
    "# Commands",
    introduction,
    "## For every command",
    optionTable(program.options),
    ...(await commandsOf(program, "tink")),
  ];
  return `${blocks.join("\n\n")}\n`;
}

async function commandsOf(parent: Command, path: string): Promise<string[]> {
  const blocks: string[] = [];
  for (const command of parent.createHelp().visibleCommands(parent)) {
    if (command.name() === "help" && !(command instanceof LazyCommand)) continue;
    if (command instanceof LazyCommand) await command.load();
    const name = `${path} ${command.name()}`;
    const children = await commandsOf(command, name);
    blocks.push(
      `## ${name}`,
      `${sentence(inText(command.description()))}\n\n\`\`\`\n${path} ${command.name()} ${command.usage()}\n\`\`\``,
    );
    const options = command
      .createHelp()
      .visibleOptions(command)
      .filter(({ long }) => long !== "--help");
    if (options.length > 0) blocks.push(optionTable(options));
    blocks.push(...children);
  }
  return blocks;
}

function optionTable(options: readonly Option[]): string {
  const rows = options
    .filter(({ hidden }) => !hidden)
    .map((option) => `| \`${option.flags.replaceAll("|", "\\|")}\` | ${aboutOption(option)} |`);
  return ["| option | what it does |", "| --- | --- |", ...rows].join("\n");
}

function aboutOption({ description, argChoices, defaultValue, negate }: Option): string {
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.join(", ")}`];
  const isWorthIt = ["string", "number"].includes(typeof defaultValue) && !negate;
  const more = [...choices, ...(isWorthIt ? [`default: ${String(defaultValue).replace(homedir(), "~")}`] : [])];
  return inText(`${description}${more.length === 0 ? "" : ` (${more.join("; ")})`}`).replaceAll("|", "\\|");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Text that a renderer of Markdown shows as it stands. */
function inText(text: string): string {
  return text.replaceAll(/[<*_]/g, "\\$&");
}

/** Commands say what they take without a server, and print nothing meanwhile. */
const nobody: CliContext = {
  stdin: process.stdin,
  stdout: () => undefined,
  stderr: () => undefined,
  isTerminal: false,
  env: {},
  isRoot: false,
  nowMs: () => 0,
  signal: new AbortController().signal,
  setExitCode: () => undefined,
};
