// tink events: what happened, newest last, of one object or of all; with the columns of kubectl events.
import { type ClientWatchEvent, eventTypeInfo, kinds, type MachineEvent, nameIn } from "@neverland/api";
import { type Command, Option } from "commander";
import { CliError, exitCodes } from "../../cli-error.ts";
import { readTargets } from "../../command-line/resource-names.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { formatObjects } from "../../output/forms/objects.ts";
import { readOutputFormat } from "../../output/forms/output-format.ts";
import { formatAge, formatTable } from "../../output/table.ts";

type EventsOptions = {
  for?: string;
  types?: string[];
  watch?: boolean;
  allNamespaces?: boolean;
  headers: boolean;
  output?: string;
};

export function configure(command: Command, context: CliContext): void {
  command
    .option("--for <object>", "of hardware/NAME or workflow/NAME alone")
    .addOption(
      new Option("--types <types>", "Normal, Warning, or both with a comma").argParser((text: string) =>
        text.split(","),
      ),
    )
    .option("-w, --watch", "go on and show what happens")
    .option("-A, --all-namespaces", "of every namespace")
    .option("--no-headers", "no line of headings")
    .option("-o, --output <format>", "the events themselves: json, yaml, name, jsonpath=…")
    .addHelpText("after", "\nWhat each type and reason means, and what to do, is in docs/events.md.")
    .action(async (options: EventsOptions) => {
      const wrong = options.types?.find((type) => !["normal", "warning"].includes(type.toLowerCase()));
      if (wrong !== undefined) throw new CliError("usage", `--types ${wrong}: expected Normal, Warning or both`);
      const format = await readOutputFormat(options.output);
      const { clients, namespace } = await connect(command, context);
      const query = { ...(!options.allNamespaces && { namespace }), ...selectorFor(options.for, namespace) };
      const isWanted = (event: MachineEvent): boolean =>
        options.types === undefined || options.types.some((type) => type.toLowerCase() === typeOf(event).toLowerCase());
      const print = async (events: readonly MachineEvent[], headed: boolean): Promise<void> => {
        const shown = events.filter(isWanted).toSorted((a, b) => lastMs(a) - lastMs(b));
        if (format.type !== "table") context.stdout(await formatObjects(shown, false, { format }));
        else if (shown.length > 0 || headed)
          context.stdout(tableOf(shown, context.nowMs(), headed, options.allNamespaces ?? false));
      };
      const client = clients(kinds.MachineEvent);
      if (options.watch) {
        let headed = options.headers;
        for await (const event of client.watch({ ...query, signal: context.signal })) {
          const events = eventsIn(event);
          if (events.some(isWanted)) {
            await print(events, headed);
            headed = false;
          }
        }
        return context.setExitCode(exitCodes.interrupted);
      }
      const { items } = await client.list(query);
      if (format.type === "table" && !items.some(isWanted))
        return context.stderr(`No events found${options.allNamespaces ? "" : ` in ${namespace} namespace`}.\n`);
      await print(items, options.headers);
    });
}

function eventsIn(event: ClientWatchEvent<MachineEvent>): readonly MachineEvent[] {
  if (event.type === "synced") return event.items;
  return event.type === "added" || event.type === "modified" ? [event.object] : [];
}

function selectorFor(text: string | undefined, namespace: string): { fieldSelector?: string } {
  if (text === undefined) return {};
  const [target] = readTargets([text]);
  const subject = kinds.MachineEvent.about.find(({ kind }) => kind === target?.kind.kind);
  if (target?.name === undefined || subject === undefined)
    throw new CliError("usage", `--for ${text}: expected hardware/NAME or workflow/NAME`);
  return { fieldSelector: `${subject.path}=${nameIn(subject, { namespace, name: target.name })}` };
}

function tableOf(events: readonly MachineEvent[], nowMs: number, headed: boolean, withNamespace: boolean): string {
  const headings = ["Last Seen", "Type", "Reason", "Object", "Message"];
  const rows = events.map((event) => {
    const { spec, metadata } = event;
    const message = `${spec?.message ?? ""}${(spec?.count ?? 1) > 1 ? ` (${spec?.count} times)` : ""}`;
    const age = formatAge(nowMs - lastMs(event));
    const row = [age, typeOf(event), spec?.reason ?? spec?.type ?? "", objectOf(event), message];
    return withNamespace ? [metadata.namespace, ...row] : row;
  });
  return formatTable(withNamespace ? ["Namespace", ...headings] : headings, rows, { headed });
}

/** As the core group's events have it. */
function typeOf({ spec }: MachineEvent): "Normal" | "Warning" {
  const sort = eventTypeInfo(spec?.type ?? "")?.sort;
  const isWarning = sort === undefined ? spec?.reason !== undefined : sort === "refusal" || sort === "failure";
  return isWarning ? "Warning" : "Normal";
}

/** The machine, else the workflow, else what is known of a stranger. */
function objectOf({ spec }: MachineEvent): string {
  if (spec?.hardware) return `hardware/${spec.hardware}`;
  if (spec?.workflow) return `workflow/${spec.workflow.split("/")[1] ?? spec.workflow}`;
  return spec?.mac ?? spec?.address ?? spec?.source ?? "";
}

function lastMs({ spec, metadata }: MachineEvent): number {
  return Date.parse(spec?.lastTime ?? spec?.time ?? metadata.creationTimestamp ?? "");
}
