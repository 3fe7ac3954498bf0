// tink get: objects as a table, or as -o asks.
import { isKind, kindNames, qualifiedName } from "@neverland/api/kind-names";
import { type Command, Option } from "commander";
import { CliError } from "../../cli-error.ts";
import { askedTargets } from "../../command-line/asked-targets.ts";
import { numberUpTo, readList } from "../../command-line/option-values.ts";
import type { Target } from "../../command-line/resource-names.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { findObjects, findTables, type Query } from "../../get/find-objects.ts";
import { readOutputFormat } from "../../output/forms/output-format.ts";
import { formatServerTable, type TableOptions } from "../../output/server-table.ts";

type GetOptions = {
  output?: string;
  template?: string;
  filename?: string[];
  recursive?: boolean;
  selector?: string;
  fieldSelector?: string;
  allNamespaces?: boolean;
  watch?: boolean;
  watchOnly?: boolean;
  outputWatchEvents?: boolean;
  sortBy?: string;
  headers: boolean;
  showLabels?: boolean;
  labelColumns?: readonly string[];
  showManagedFields?: boolean;
  showKind?: boolean;
  ignoreNotFound?: boolean;
  chunkSize: number;
};

const examples = `
  tink get hw                                   machines
  tink get all -A                               everything that is made by people, in every namespace
  tink get hw -L rack --sort-by .metadata.labels.rack
  tink get wf -o custom-columns=NAME:.metadata.name,STATE:.status.state
  tink get hw node-1 -o yaml`;

export function configure(command: Command, context: CliContext): void {
  command
    .option(
      "-o, --output <format>",
      "json, yaml, wide, name, jsonpath=, custom-columns=, go-template= and their …-file=",
    )
    .option("--template <template>", "of -o go-template and -o jsonpath")
    .option(
      "-f, --filename <file>",
      "what files describe, with commas between several; - reads standard input",
      readList,
    )
    .option("-R, --recursive", "of a folder with -f, the folders in it too")
    .option("-l, --selector <labels>", "only objects with these labels, such as rack=1,!old")
    .option("--field-selector <fields>", "only objects with these fields, such as metadata.name=a")
    .option("-A, --all-namespaces", "of every namespace")
    .option("-w, --watch", "go on and show what changes")
    .option("--watch-only", "show what changes, and not what is there")
    .option("--output-watch-events", "with --watch: say of each what happened to it")
    .option("--sort-by <path>", "by a field, such as .metadata.creationTimestamp")
    .option("--no-headers", "no line of headings")
    .option("--show-labels", "a last column with all labels")
    .option("-L, --label-columns <label...>", "a column for each of these labels", readList)
    .option("--show-managed-fields", "in JSON and YAML: who set which field")
    .option("--show-kind", "the kind before each name")
    .option("--ignore-not-found", "what is not there is no failure")
    .addOption(
      new Option("--chunk-size <count>", "read lists in pages of so many; 0: all at once")
        .argParser(numberUpTo(Number.MAX_SAFE_INTEGER))
        .default(500),
    )
    .addHelpText("after", examples)
    .action(async (words: string[], options: GetOptions) => {
      const format = await readOutputFormat(options.output, options.template);
      const connected = await connect(command, context);
      const { namespace } = connected;
      const targets = await askedTargets(words, options, connected, command, context);
      checkAsked(targets, options);
      const query: Query = {
        ...(options.allNamespaces ? {} : { namespace }),
        ...(options.selector !== undefined && { labelSelector: options.selector }),
        ...(options.fieldSelector !== undefined && { fieldSelector: options.fieldSelector }),
        ...(options.ignoreNotFound && { ignoreNotFound: true }),
        chunkSize: options.chunkSize,
      };
      const managedFields = options.showManagedFields ?? false;
      const table: TableOptions = {
        ...{ wide: format.type === "table" && format.wide, withNamespace: options.allNamespaces ?? false },
        ...{ headed: options.headers, showLabels: options.showLabels ?? false },
        ...(options.labelColumns && { labelColumns: options.labelColumns }),
      };
      if (options.watch || options.watchOnly) {
        const events = options.outputWatchEvents ?? false;
        const how = { format, table, managedFields, events, only: options.watchOnly ?? false };
        const { followObjects } = await import("../../get/follow-objects.ts");
        return await followObjects(connected, targets, query, how, context);
      }
      const doubt = async (found: number): Promise<void> => {
        if (found > 0 || options.fieldSelector === undefined) return;
        const { selectorDoubts } = await import("../../get/selector-doubts.ts");
        for (const { kind } of targets)
          for (const text of selectorDoubts(kind, options.fieldSelector)) context.stderr(`${text}\n`);
      };
      if (format.type === "table") {
        const includeObject = options.sortBy === undefined ? "Metadata" : "Object";
        const tables = await findTables(connected, targets, { ...query, includeObject }, context);
        await printTables(tables, targets, { ...options, ...table, namespace: query.namespace }, context);
        return await doubt(tables.flatMap((each) => each.table.rows).length);
      }
      const found = await findObjects(connected, targets, query, context);
      await doubt(found.length);
      const sort = await sorterBy(options.sortBy);
      // One that is not there is told of; beside that an empty List would say that there is nothing to tell.
      const isOne = targets.length === 1 && targets[0]?.name !== undefined;
      if (isOne && found.length === 0) return;
      const { formatObjects } = await import("../../output/forms/objects.ts");
      const sorted = sort(found, (object) => object);
      context.stdout(await formatObjects(sorted, isOne, { format, managedFields, headed: options.headers }));
    });
}

type Sort = <T>(items: readonly T[], objectOf: (item: T) => unknown) => readonly T[];

/** What reads paths is loaded where there is one. */
async function sorterBy(path: string | undefined): Promise<Sort> {
  if (path === undefined) return (items) => items;
  const { sortBy } = await import("../../output/forms/sort-objects.ts");
  return (items, objectOf) => sortBy(items, path, objectOf);
}

function checkAsked(targets: readonly Target[], { selector, fieldSelector, allNamespaces }: GetOptions): void {
  if (targets.length === 0)
    throw new CliError("usage", "Name a resource, such as hardware or workflow/NAME, or -f FILE");
  const named = targets.find(({ name }) => name !== undefined);
  if (named === undefined) return;
  if (selector !== undefined || fieldSelector !== undefined)
    throw new CliError("usage", `${named.kind.singular}/${named.name}: a name and a selector do not go together`);
  if (allNamespaces && named.kind.scope === "namespace")
    throw new CliError(
      "usage",
      `${named.kind.singular}/${named.name}: a name is of one namespace; leave out -A, or the name`,
    );
}

async function printTables(
  tables: Awaited<ReturnType<typeof findTables>>,
  targets: readonly Target[],
  options: GetOptions & TableOptions & { readonly namespace: string | undefined },
  { stdout, stderr }: CliContext,
): Promise<void> {
  const filled = tables.filter(({ table }) => table.rows.length > 0);
  const isNamed = targets.every(({ name }) => name !== undefined);
  if (filled.length === 0 && !isNamed && !options.ignoreNotFound) {
    const isOfNone = targets.every(({ kind }) => kind.scope === "cluster");
    const where = options.namespace === undefined || isOfNone ? "" : ` in ${options.namespace} namespace`;
    stderr(`No resources found${where}${where === "" ? "" : "."}\n`);
    if (targets.length === 1 && targets[0] && isKind(targets[0].kind, kindNames.BmcMachine))
      stderr(
        "These are management controllers (machines.bmc.tinkerbell.org); tink get mv shows machines, tink get hw what describes them.\n",
      );
    return;
  }
  const severalKinds = options.showKind || new Set(targets.map(({ kind }) => kind)).size > 1;
  const sort = await sorterBy(options.sortBy);
  const texts = filled.map(({ kind, table }) => {
    const rows = sort(table.rows, ({ object }) => object);
    const withNamespace = options.withNamespace === true && kind.scope === "namespace";
    return formatServerTable(
      { ...table, rows },
      { ...options, withNamespace, prefix: severalKinds ? `${qualifiedName(kind, kind.singular)}/` : "" },
    );
  });
  stdout(texts.join("\n"));
}
