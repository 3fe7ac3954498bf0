// Which objects a command is about: names, files, or those of a kind that a selector takes.
import type { ResourceKey } from "@neverland/api";
import { type KindNames, qualifiedName } from "@neverland/api/kind-names";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { askedTargets } from "../command-line/asked-targets.ts";
import { readList } from "../command-line/option-values.ts";
import type { Target } from "../command-line/resource-names.ts";
import type { Connected } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";

export type Selection = {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
};

export type Selected = { readonly kind: KindNames; readonly key: ResourceKey };

/** Gives a command the options of a selection, as kubectl names them. */
export function addSelection(command: Command): Command {
  return command
    .option(
      "-f, --filename <file>",
      "what files describe, with commas between several; - reads standard input",
      readList,
    )
    .option("-R, --recursive", "of a folder with -f, the folders in it too")
    .option("-l, --selector <labels>", "objects of the kind with these labels, such as rack=1,!old")
    .option("--field-selector <fields>", "objects of the kind with these fields, such as metadata.name=a")
    .option("--all", "all objects of the kind in the namespace")
    .option("-A, --all-namespaces", "with --all, -l or --field-selector: of every namespace");
}

/**
 * A kind without a name is all of it only when that was said.
 * @throws {CliError} `usage` when nothing was named, or a kind alone.
 */
export async function selectObjects(
  words: readonly string[],
  options: Selection,
  connected: Connected,
  command: Command,
  context: CliContext,
): Promise<Selected[]> {
  const { namespace } = connected;
  const targets = await askedTargets(words, options, connected, command, context);
  const verb = command.name();
  if (targets.length === 0) throw new CliError("usage", `Name what to ${verb}: KIND/NAME, or -f FILE`);
  const isMany = options.all || options.selector !== undefined || options.fieldSelector !== undefined;
  const selected: Selected[] = [];
  for (const target of targets) {
    const { kind, name } = target;
    if (name !== undefined) {
      if (isMany)
        throw new CliError("usage", `${kind.singular}/${name}: a name does not go together with --all or a selector`);
      selected.push({ kind, key: { namespace: namespaceOf(target, namespace), name } });
    } else if (isMany) selected.push(...(await ofKind(kind, options, connected)));
    else throw new CliError("usage", `Name the ${kind.plural} to ${verb}: ${kind.singular}/NAME, -l LABELS, or --all`);
  }
  return selected;
}

function namespaceOf({ kind, namespace: own }: Target, namespace: string): string {
  return kind.scope === "cluster" ? "" : (own ?? namespace);
}

async function ofKind(
  kind: KindNames,
  { selector, fieldSelector, allNamespaces }: Selection,
  { clients, namespace }: Pick<Connected, "clients" | "namespace">,
): Promise<Selected[]> {
  const { items } = await clients(kind).list({
    ...(!allNamespaces && { namespace }),
    ...(selector !== undefined && { labelSelector: selector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  });
  return items.map(({ metadata }) => ({ kind, key: { namespace: metadata.namespace ?? "", name: metadata.name } }));
}

/** `hardware.tinkerbell.org/node-1`, as kubectl names what it did something to. */
export function subjectOf({ kind, key }: Selected): string {
  return `${qualifiedName(kind, kind.singular)}/${key.name}`;
}
