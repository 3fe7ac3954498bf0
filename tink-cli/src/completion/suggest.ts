// What can follow on a command line that is being typed: commands, options, their values, kinds and names of objects.
import type { Command, Option } from "commander";
import { LazyCommand } from "../command-line/lazy-command.ts";
import type { CliContext } from "../context.ts";

export type Suggestion = { readonly value: string; readonly about: string };

/** What the words before the last one say. `options` is by the names that commander gives them. */
type Place = {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  /** Whose value comes next. */
  readonly awaits: Option | undefined;
  /** After `--` nothing is an option. */
  readonly optionsEnded: boolean;
};

/** @param words What follows `tink`; the last is being typed. @returns Whole words; nothing where file names belong. */
export async function suggest(program: Command, words: readonly string[], context: CliContext): Promise<Suggestion[]> {
  const word = words.at(-1) ?? "";
  const place = await placeAfter(program, words.slice(0, -1));
  const all = await candidates(place, word, context);
  const fitting = all.filter(({ value }) => value.startsWith(word));
  // An option that a command has from the program too is offered once, in the command's words.
  return fitting.filter(({ value }, at) => fitting.findIndex((other) => other.value === value) === at);
}

async function candidates(place: Place, word: string, context: CliContext): Promise<Suggestion[]> {
  const { command, awaits } = place;
  if (awaits !== undefined) return plain(awaits.argChoices ?? []);
  if (!place.optionsEnded && word.startsWith("-")) {
    const [flag = "", value] = word.split("=", 2);
    if (value === undefined) return optionsOf(command).map(({ long, description }) => named(long ?? "", description));
    return plain(findOption(command, flag)?.argChoices ?? [], `${flag}=`);
  }
  const commands = command.createHelp().visibleCommands(command);
  if (commands.length > 0 && place.operands.length === 0)
    return commands.map((child) => named(child.name(), child.description()));
  return await operandCandidates(place, word, context);
}

/** What the operands are named tells their kind; only then the kinds and the server's objects are worth their loading. */
async function operandCandidates(place: Place, word: string, context: CliContext): Promise<Suggestion[]> {
  const { command, operands, options } = place;
  const declared = command.registeredArguments;
  const argument = declared[operands.length] ?? declared.findLast(({ variadic }) => variadic);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return plain(argument.argChoices);
  const { objectsFor } = await import("./suggest-objects.ts");
  return plain(await objectsFor(argument.name(), operands, word, options, context));
}

async function placeAfter(program: Command, words: readonly string[]): Promise<Place> {
  let command = program;
  let awaits: Option | undefined;
  let optionsEnded = false;
  const operands: string[] = [];
  const options = new Map<string, string>();
  for (const word of words) {
    if (awaits !== undefined) {
      options.set(awaits.attributeName(), word);
      awaits = undefined;
    } else if (word === "--") optionsEnded = true;
    else if (!optionsEnded && word.startsWith("-")) {
      const [flag = "", value] = word.split(/=(.*)/s);
      const option = findOption(command, flag);
      if (option && value !== undefined) options.set(option.attributeName(), value);
      else if (option?.required || option?.optional) awaits = option;
    } else {
      const child = command.commands.find((known) => known.name() === word);
      if (child === undefined) operands.push(word);
      else command = child;
      if (child instanceof LazyCommand) await child.load();
    }
  }
  return { command, operands, options, awaits, optionsEnded };
}

function findOption(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => flag === long || flag === short);
}

/** Its own and those of the commands above it, which are understood in any place. */
function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent)];
}

function plain(values: readonly string[], prefix = ""): Suggestion[] {
  return values.map((value) => named(`${prefix}${value}`, ""));
}

function named(value: string, about: string): Suggestion {
  return { value, about };
}
