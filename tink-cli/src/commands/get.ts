// tink get: objects as a table, or as -o asks.
import { type ApiClient, ApiError, type KindInfo, type ListQuery, type Resource } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connect } from "../connect.ts";
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

export function addGetCommand(program: Command, context: CliContext): void {
  program
    .command("get <resource...>")
    .description("show objects: get hardware, get workflow/NAME, get wf NAME…")
    .option("-o, --output <format>", "json, yaml, wide, name or jsonpath=TEMPLATE")
    .option("-l, --selector <labels>", "only objects with these labels, such as rack=1,!old")
    .option("--field-selector <fields>", "only objects with these fields, such as metadata.name=a")
    .option("-A, --all-namespaces", "of every namespace")
    .option("-w, --watch", "go on and show what changes")
    .action(async (words: string[], options: GetOptions, command: Command) => {
      const format = parseOutputFormat(options.output);
      const targets = readTargets(words);
      const { client, namespace } = await connect(command, context);
      const query: ListQuery = {
        ...(options.allNamespaces ? {} : { namespace }),
        ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
        ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
      };
      if (options.watch) await follow(client, targets, query, format, context);
      else if (format.type === "table") await printTables(client, targets, query, format.wide, context);
      else context.stdout(formatObjects(await fetchAll(client, targets, query), isOne(targets), format));
    });
}

async function printTables(
  client: ApiClient,
  targets: readonly Target[],
  query: ListQuery,
  wide: boolean,
  context: CliContext,
): Promise<void> {
  const severalKinds = new Set(targets.map((target) => target.kind)).size > 1;
  for (const { kind, name } of targets) {
    const table = await client.table(kind, query, name);
    if (table.rows.length === 0)
      context.stderr(
        `No ${kind.plural} found${query.namespace === undefined ? "" : ` in namespace ${query.namespace}`}.\n`,
      );
    else
      context.stdout(
        formatServerTable(table, {
          wide,
          withNamespace: query.namespace === undefined,
          ...(severalKinds ? { prefix: kind.singular } : {}),
        }),
      );
  }
}

async function fetchAll(client: ApiClient, targets: readonly Target[], query: ListQuery): Promise<Resource[]> {
  const lists = await Promise.all(
    targets.map(async ({ kind, name }) =>
      name === undefined ? (await client.list(kind, query)).items : [await fetchOne(client, kind, name, query)],
    ),
  );
  return lists.flat();
}

/** @throws {CliError} `not-found`. */
async function fetchOne(client: ApiClient, kind: KindInfo, name: string, query: ListQuery): Promise<Resource> {
  const namespace = query.namespace ?? "default";
  const object = await client.get(kind, { namespace, name });
  if (object === undefined)
    throw new CliError("not-found", `There is no ${kind.singular} "${name}" in namespace ${namespace}.`);
  return object;
}

function isOne(targets: readonly Target[]): boolean {
  return targets.length === 1 && targets[0]?.name !== undefined;
}

/** Prints what is there, then each change. A list that the server has forgotten is read again. */
async function follow(
  client: ApiClient,
  targets: readonly Target[],
  query: ListQuery,
  format: OutputFormat,
  context: CliContext,
): Promise<void> {
  const [target] = targets;
  if (target === undefined || targets.length > 1) throw new CliError("usage", "--watch takes one resource");
  const { kind, name } = target;
  const narrowed = name === undefined ? query : { ...query, fieldSelector: `metadata.name=${name}` };
  const print = async (object: Resource): Promise<void> => {
    if (format.type !== "table") return context.stdout(formatObjects([object], true, format));
    const table = await client.table(kind, { namespace: object.metadata.namespace }, object.metadata.name);
    context.stdout(
      formatServerTable(table, { wide: format.wide, withNamespace: query.namespace === undefined })
        .split("\n")
        .slice(1)
        .join("\n"),
    );
  };
  while (!context.signal.aborted) {
    const list = await client.list(kind, narrowed);
    if (format.type === "table")
      context.stdout(
        formatServerTable(await client.table(kind, narrowed), {
          wide: format.wide,
          withNamespace: query.namespace === undefined,
        }),
      );
    else for (const object of list.items) await print(object);
    try {
      for await (const change of client.watch(kind, {
        ...narrowed,
        resourceVersion: list.resourceVersion,
        signal: context.signal,
      })) {
        if (change.type === "DELETED" && format.type === "table")
          context.stdout(`${change.object.metadata.name} was deleted\n`);
        else await print(change.object);
      }
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 410)) throw error;
    }
  }
}
