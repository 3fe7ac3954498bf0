// tink get: objects as a table, or as -o asks.
import type { ClientListOptions, KindInfo, Resource } from "@neverland/api";
import type { Command } from "commander";
import { CliError, exitCodes } from "../cli-error.ts";
import { type Clients, connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { formatObjects, type OutputFormat, parseOutputFormat } from "../output/objects.ts";
import { formatServerTable } from "../output/server-table.ts";
import { readTargets } from "../resource-names.ts";

type GetOptions = {
  output?: string;
  selector?: string;
  fieldSelector?: string;
  allNamespaces?: boolean;
  watch?: boolean;
};
type Target = { readonly kind: KindInfo; readonly name?: string };
type Query = Pick<ClientListOptions, "namespace" | "labelSelector" | "fieldSelector">;

export function addGetCommand(program: Command, context: CliContext): void {
  program
    .command("get <resource...>")
    .description("show objects: get hardware, get hw,wf, get workflow/NAME, get wf NAME…")
    .option("-o, --output <format>", "json, yaml, wide, name or jsonpath=TEMPLATE")
    .option("-l, --selector <labels>", "only objects with these labels, such as rack=1,!old")
    .option("--field-selector <fields>", "only objects with these fields, such as metadata.name=a")
    .option("-A, --all-namespaces", "of every namespace")
    .option("-w, --watch", "go on and show what changes")
    .action(async (words: string[], options: GetOptions, command: Command) => {
      const format = parseOutputFormat(options.output);
      const targets = readTargets(words);
      const { clients, namespace } = await connect(command, context);
      const query: Query = {
        ...(options.allNamespaces ? {} : { namespace }),
        ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
        ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
      };
      if (options.watch) await follow(clients, targets, query, format, context);
      else if (format.type === "table") await printTables(clients, targets, query, format.wide, context);
      else context.stdout(formatObjects(await fetchAll(clients, targets, query), isOne(targets), format));
    });
}

async function printTables(
  clients: Clients,
  targets: readonly Target[],
  query: Query,
  wide: boolean,
  context: CliContext,
): Promise<void> {
  const severalKinds = new Set(targets.map((target) => target.kind)).size > 1;
  const withNamespace = query.namespace === undefined;
  for (const { kind, name } of targets) {
    const table = await clients(kind).table(query, name);
    const where = withNamespace ? "" : ` in namespace ${query.namespace}`;
    if (table.rows.length === 0) context.stderr(`No ${kind.plural} found${where}.\n`);
    else
      context.stdout(
        formatServerTable(table, { wide, withNamespace, ...(severalKinds ? { prefix: kind.singular } : {}) }),
      );
  }
}

async function fetchAll(clients: Clients, targets: readonly Target[], query: Query): Promise<Resource[]> {
  const lists = targets.map(async ({ kind, name }): Promise<Resource[]> => {
    if (name === undefined) return (await clients(kind).list(query)).items;
    const namespace = query.namespace ?? "default";
    const object = await clients(kind).get({ namespace, name });
    if (object !== undefined) return [object];
    throw new CliError("not-found", `There is no ${kind.singular} "${name}" in namespace ${namespace}.`);
  });
  return (await Promise.all(lists)).flat();
}

function isOne(targets: readonly Target[]): boolean {
  return targets.length === 1 && targets[0]?.name !== undefined;
}

/** Prints what is there, then each change. */
async function follow(
  clients: Clients,
  targets: readonly Target[],
  query: Query,
  format: OutputFormat,
  context: CliContext,
): Promise<void> {
  const [target] = targets;
  if (target === undefined || targets.length > 1) throw new CliError("usage", "--watch takes one resource");
  const client = clients(target.kind);
  // A watch waits for a server that is away; one that was never there, or refuses us, is to be told at once.
  await fetchAll(clients, targets, query);
  const narrowed = target.name === undefined ? query : { ...query, fieldSelector: `metadata.name=${target.name}` };
  const printer = format.type === "table" ? tableRows(client, query, format.wide) : undefined;
  for await (const event of client.watch({ ...narrowed, signal: context.signal })) {
    if (event.type === "bookmark") continue;
    for (const object of event.type === "synced" ? event.items : [event.object]) {
      if (event.type === "deleted") context.stderr(`${object.metadata.name} was deleted\n`);
      else
        context.stdout(
          printer
            ? await printer(object)
            : formatObjects([object], true, format as Exclude<OutputFormat, { type: "table" }>),
        );
    }
  }
  context.setExitCode(exitCodes.interrupted);
}

/** A row per object; the headings once. */
function tableRows(client: ReturnType<Clients>, query: Query, wide: boolean): (object: Resource) => Promise<string> {
  let headed = false;
  return async ({ metadata: { namespace, name } }) => {
    const table = await client.table({ namespace }, name);
    const text = formatServerTable(table, { wide, withNamespace: query.namespace === undefined });
    const shown = headed ? text.slice(text.indexOf("\n") + 1) : text;
    headed = true;
    return shown;
  };
}
