// get --watch: what is there, then each change, until Ctrl-C.
import type { ClientWatchEvent, Resource, ResourceTable } from "@neverland/api";
import { CliError, exitCodes } from "../cli-error.ts";
import type { Target } from "../command-line/resource-names.ts";
import type { CliContext } from "../context.ts";
import type { Looking } from "../machines/missing-object.ts";
import { formatObjects, formatValue, type Shown } from "../output/forms/objects.ts";
import type { OutputFormat } from "../output/forms/output-format.ts";
import { formatServerTable, type TableOptions } from "../output/server-table.ts";
import { findObjects, type Query } from "./find-objects.ts";

export type Follow = {
  readonly format: OutputFormat;
  readonly table: TableOptions;
  readonly managedFields: boolean;
  /** Says of each line what happened: ADDED, MODIFIED or DELETED. */
  readonly events: boolean;
  /** Shows changes alone, not what is there. */
  readonly only: boolean;
};

export async function followObjects(
  looking: Looking,
  targets: readonly Target[],
  query: Query,
  how: Follow,
  context: CliContext,
): Promise<void> {
  const [target] = targets;
  if (target === undefined || targets.length > 1) throw new CliError("usage", "--watch takes one resource");
  const client = looking.clients(target.kind);
  // A watch waits for a server that is away; one that was never there, or refuses us, is to be told at once.
  await findObjects(looking, targets, query, context);
  const { namespace, labelSelector, fieldSelector } = query;
  const selector = target.name === undefined ? fieldSelector : `metadata.name=${target.name}`;
  const watched = {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(selector !== undefined && { fieldSelector: selector }),
    signal: context.signal,
  };
  const { format } = how;
  if (format.type === "table") await show(client.watchTable(watched), tablePrinter(how), nameInTable, how, context);
  else await show(client.watch(watched), objectPrinter({ ...how, format }), nameOf, how, context);
  context.setExitCode(exitCodes.interrupted);
}

type EventWord = "ADDED" | "MODIFIED" | "DELETED";
type Print<T> = (shown: T, event: EventWord) => string | Promise<string>;

async function show<T extends ResourceTable | Resource>(
  events: AsyncIterable<ClientWatchEvent<T>>,
  print: Print<T>,
  name: (shown: T) => string | undefined,
  how: Follow,
  { stdout, stderr }: CliContext,
): Promise<void> {
  for await (const event of events) {
    if (event.type === "bookmark") continue;
    if (event.type === "synced") {
      if (!how.only) for (const item of event.items) stdout(await print(item, "ADDED"));
    } else if (event.type === "deleted" && !how.events) stderr(`${name(event.object)} was deleted\n`);
    else stdout(await print(event.object, words[event.type]));
  }
}

const words = { added: "ADDED", modified: "MODIFIED", deleted: "DELETED" } as const;

function nameOf({ metadata }: Pick<Resource, "metadata">): string {
  return metadata.name;
}

function nameInTable({ rows: [row] }: ResourceTable): string | undefined {
  return row?.object && nameOf(row.object);
}

/** The headings once, over the first row; later tables have rows alone. */
function tablePrinter({ table: options, events }: Follow): Print<ResourceTable> {
  let columnDefinitions: ResourceTable["columnDefinitions"] = [];
  let headed = options.headed === false;
  return (table, event) => {
    if (table.columnDefinitions.length > 0) ({ columnDefinitions } = table);
    if (table.rows.length === 0) return "";
    const shown = { ...options, headed: true, ...(events && { event }) };
    const text = formatServerTable({ ...table, columnDefinitions }, shown);
    const rows = headed ? text.slice(text.indexOf("\n") + 1) : text;
    headed = true;
    return rows;
  };
}

function objectPrinter({ format, events, managedFields }: Follow & Pick<Shown, "format">): Print<Resource> {
  return async (object, event) => {
    if (!events || (format.type !== "json" && format.type !== "yaml")) {
      const text = await formatObjects([object], true, { format, managedFields, headed: false });
      return format.type === "yaml" ? `---\n${text}` : text;
    }
    const { managedFields: _, ...metadata } = object.metadata;
    const shown = managedFields ? object : { ...object, metadata };
    const text = await formatValue({ type: event, object: shown }, format);
    return format.type === "yaml" ? `---\n${text}` : text;
  };
}
