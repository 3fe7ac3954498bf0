// tink label and tink annotate: sets and removes pairs of an object's metadata.
import type { Resource } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connect } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import { missing } from "../machines/missing-object.ts";
import { addSelection, type Selected, type Selection, selectObjects } from "./selection.ts";
import { addWriteOptions, showWritten, type WriteOptions } from "./write-result.ts";

type PairsOptions = Selection & WriteOptions & { overwrite?: boolean; list?: boolean; resourceVersion?: string };
type Pairs = { readonly [name: string]: string | null };

export type PairsOf = {
  readonly member: "labels" | "annotations";
  readonly singular: "label" | "annotation";
  /** What was done: `labeled`. */
  readonly done: { readonly set: string; readonly removed: string; readonly nothing: string };
};

/** Options and action of the command. */
export function configurePairs(command: Command, context: CliContext, of: PairsOf): void {
  addWriteOptions(addSelection(command))
    .option("--overwrite", "change values that are there already")
    .option("--list", `show the ${of.member}`)
    .option("--resource-version <version>", "only when the object is still of this version")
    .addHelpText(
      "after",
      `\n  tink ${command.name()} hw/node-1 rack=a       set\n  tink ${command.name()} hw/node-1 rack-        take away`,
    )
    .action(async (words: string[], options: PairsOptions) => {
      const { names, pairs } = readWords(words);
      const changes = readPairs(pairs, of);
      if (pairs.length === 0 && !options.list)
        throw new CliError("usage", `Give at least one ${of.singular}: NAME=VALUE, or NAME- to take it away`);
      const connected = await connect(command, context);
      const selected = await selectObjects(names, options, connected, command, context);
      if (selected.length === 0) throw new CliError("not-found", "no object was selected, so nothing was changed");
      if (options.resourceVersion !== undefined && selected.length > 1)
        throw new CliError("usage", "--resource-version is of one object");
      const change = async (one: Selected): Promise<void> => {
        const client = connected.clients(one.kind);
        const before = await client.get(one.key);
        if (before === undefined) throw await missing(one, connected);
        if (options.list) return listPairs(one, before, selected.length > 1, of, context);
        refuseChanges(before, changes, options, of);
        const { resourceVersion } = options;
        const metadata = { [of.member]: changes, ...(resourceVersion !== undefined && { resourceVersion }) };
        const isServer = options.dryRun === "server";
        const after =
          options.dryRun === "client"
            ? withPairs(before, changes, of)
            : await client.patch(one.key, { metadata }, { dryRun: isServer });
        await showWritten(one, doneText(before, changes, of), after, options, context);
      };
      await eachOf(selected, change, context);
    });
}

/** The first word that is a pair ends the names. */
function readWords(words: readonly string[]): { names: readonly string[]; pairs: readonly string[] } {
  const at = words.findIndex((word) => word.includes("=") || word.endsWith("-"));
  return at === -1 ? { names: words, pairs: [] } : { names: words.slice(0, at), pairs: words.slice(at) };
}

function readPairs(texts: readonly string[], { singular }: PairsOf): Pairs {
  const pairs = texts.map((text): [string, string | null] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined) return [name, value ?? ""];
    if (/^[^=]+-$/.test(text)) return [text.slice(0, -1), null];
    throw new CliError("usage", `${text}: expected a ${singular} such as NAME=VALUE, or NAME- to take it away`);
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new CliError("usage", `the ${singular} ${twice} is named twice`);
  return Object.fromEntries(pairs);
}

function pairsOf(object: Resource, { member }: PairsOf): Readonly<Record<string, string>> {
  return object.metadata[member] ?? {};
}

/** As kubectl: what somebody has set is changed only when that is said. */
function refuseChanges(
  object: Resource,
  changes: Pairs,
  { overwrite, resourceVersion }: PairsOptions,
  of: PairsOf,
): void {
  if (overwrite || resourceVersion !== undefined) return;
  const own = pairsOf(object, of);
  for (const [name, value] of Object.entries(changes))
    if (value !== null && Object.hasOwn(own, name) && own[name] !== value)
      throw new CliError(
        "failed",
        `${object.metadata.name}: ${name} already has a value (${own[name]}), and --overwrite is false`,
      );
}

function withPairs(object: Resource, changes: Pairs, of: PairsOf): Resource {
  const all = Object.entries({ ...pairsOf(object, of), ...changes }).filter(([, value]) => value !== null);
  return { ...object, metadata: { ...object.metadata, [of.member]: Object.fromEntries(all) } };
}

function doneText(object: Resource, changes: Pairs, of: PairsOf): string {
  const own = pairsOf(object, of);
  const real = Object.entries(changes).filter(([name, value]) => (own[name] ?? null) !== value);
  if (real.length === 0) return of.done.nothing;
  return real.every(([, value]) => value === null) ? of.done.removed : of.done.set;
}

function listPairs(
  { kind, key }: Selected,
  object: Resource,
  headed: boolean,
  of: PairsOf,
  { stdout }: CliContext,
): void {
  const lines = Object.entries(pairsOf(object, of)).map(([name, value]) => `${headed ? " " : ""}${name}=${value}\n`);
  const head = `Listing ${of.member} for ${kind.kind}${kind.group === "" ? "" : `.${kind.group}`}/${key.name}:\n`;
  stdout(`${headed ? head : ""}${lines.sort().join("")}`);
}
