// tink get: objects as a table, or as -o asks.
import type { ClientListOptions, ClientWatchEvent, Resource, ResourceTable } from "@neverland/api";
import type { Command } from "commander";
import { CliError, exitCodes } from "../cli-error.ts";
import { type Clients, connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import { formatObjects, type OutputFormat, parseOutputFormat } from "../output/objects.ts";
import { formatServerTable } from "../output/server-table.ts";
import { readTargets, type Target } from "../resource-names.ts";

type GetOptions = {
  output?: string;
  selector?: string;
  fieldSelector?: string;
  allNamespaces?: boolean;
  watch?: boolean;
};
type Query = Pick<ClientListOptions, "namespace" | "labelSelector" | "fieldSelector">;

export function configure(command: Command, context: CliContext): void {
  command
    .option("-o, --output <format>", "json, yaml, wide, name or jsonpath=TEMPLATE")
    .option("-l, --selector <labels>", "only objects with these labels, such as rack=1,!old")
    .option("--field-selector <fields>", "only objects with these fields, such as metadata.name=a")
    .option("-A, --all-namespaces", "of every namespace")
    .option("-w, --watch", "go on and show what changes")
    .action(async (words: string[], options: GetOptions) => {
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
      else context.stdout(formatObjects(await fetchAll(clients, targets, query, context), isOne(targets), format));
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
  const print = async ({ kind, name }: Target): Promise<void> => {
    const table = await clients(kind).table(query, name);
    const where = withNamespace ? "" : ` in namespace ${query.namespace}`;
    if (table.rows.length === 0) context.stderr(`No ${kind.plural} found${where}.\n`);
    else
      context.stdout(
        formatServerTable(table, { wide, withNamespace, ...(severalKinds ? { prefix: kind.singular } : {}) }),
      );
  };
  await eachOf(targets, print, context);
}

/** Those that are there. */
async function fetchAll(
  clients: Clients,
  targets: readonly Target[],
  query: Query,
  context: CliContext,
): Promise<Resource[]> {
  const found: Resource[] = [];
  const fetch = async ({ kind, name }: Target): Promise<void> => {
    if (name === undefined) return void found.push(...(await clients(kind).list(query)).items);
    const namespace = query.namespace ?? "default";
    const object = await clients(kind).get({ namespace, name });
    if (object !== undefined) return void found.push(object);
    throw new CliError("not-found", `There is no ${kind.singular} "${name}" in namespace ${namespace}.`);
  };
  await eachOf(targets, fetch, context);
  return found;
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
  await fetchAll(clients, targets, query, context);
  const watched = { ...query, signal: context.signal };
  const one = target.name === undefined ? watched : { ...watched, fieldSelector: `metadata.name=${target.name}` };
  if (format.type === "table")
    await show(client.watchTable(one), tablePrinter(format.wide, query), ({ rows: [row] }) => row?.object, context);
  else
    await show(
      client.watch(one),
      (object) => formatObjects([object], true, format),
      (object) => object,
      context,
    );
  context.setExitCode(exitCodes.interrupted);
}

async function show<T extends ResourceTable | Resource>(
  events: AsyncIterable<ClientWatchEvent<T>>,
  print: (shown: T) => string,
  objectOf: (shown: T) => Pick<Resource, "metadata"> | undefined,
  { stdout, stderr }: CliContext,
): Promise<void> {
  for await (const event of events) {
    if (event.type === "synced") stdout(event.items.map(print).join(""));
    else if (event.type === "deleted") stderr(`${objectOf(event.object)?.metadata.name} was deleted\n`);
    else if (event.type !== "bookmark") stdout(print(event.object));
  }
}

/** The headings once, over the first row; later tables have rows alone. */
function tablePrinter(wide: boolean, { namespace }: Query): (table: ResourceTable) => string {
  let columnDefinitions: ResourceTable["columnDefinitions"] = [];
  let headed = false;
  return (table) => {
    if (table.columnDefinitions.length > 0) ({ columnDefinitions } = table);
    if (table.rows.length === 0) return "";
    const text = formatServerTable({ ...table, columnDefinitions }, { wide, withNamespace: namespace === undefined });
    const shown = headed ? text.slice(text.indexOf("\n") + 1) : text;
    headed = true;
    return shown;
  };
}
