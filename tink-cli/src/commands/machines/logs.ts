// tink logs: what a workflow's actions wrote.
import { isKind, kinds, shownState } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { numberUpTo } from "../../command-line/option-values.ts";
import { readTargets } from "../../command-line/resource-names.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { orMeant } from "../../machines/missing-object.ts";

type LogsOptions = { action?: string; follow?: boolean; previous?: boolean; tail?: number };

export function configure(command: Command, context: CliContext): void {
  command
    .option("--action <name>", "of this action only")
    .option("-f, --follow", "go on until the workflow has ended")
    .option("-p, --previous", "of the workflow of this name that was deleted last: its output is kept for a week")
    .option("--tail <lines>", "only the last lines", numberUpTo(Number.MAX_SAFE_INTEGER))
    .action(async (target: string, { action, follow, previous, tail }: LogsOptions) => {
      const connected = await connect(command, context);
      const { clients, namespace } = connected;
      const name = nameOf(target);
      const options = {
        signal: context.signal,
        ...(action === undefined ? {} : { action }),
        ...(follow ? { follow } : {}),
        ...(previous ? { previous } : {}),
        ...(tail === undefined ? {} : { tailLines: tail }),
      };
      const workflows = clients(kinds.Workflow);
      let isSilent = true;
      const print = async (): Promise<void> => {
        for await (const text of workflows.log({ namespace, name }, options)) {
          context.stdout(text);
          isSilent = false;
        }
      };
      await print().catch(orMeant({ kind: kinds.Workflow, key: { namespace, name } }, connected));
      if (!isSilent && previous) return;
      const workflow = await workflows.get({ namespace, name });
      if (workflow === undefined)
        context.stderr(`workflow ${name} was deleted; what its actions printed is kept for a week, if there is room\n`);
      if (!isSilent) return;
      const actions = workflow?.status?.tasks?.flatMap((task) => task.actions?.map((each) => each.name) ?? []) ?? [];
      if (action !== undefined && actions.length > 0 && !actions.includes(action))
        throw new CliError("not-found", `workflow ${name} has no action "${action}"; it has ${actions.join(", ")}`);
      const who = action === undefined ? `workflow ${name}` : `action "${action}" of workflow ${name}`;
      const state = (workflow && shownState(workflow)?.value) ?? "gone";
      // Some of it ran, so that something was printed, most likely.
      const isForeign = workflow?.status?.tasks?.some((task) =>
        task.actions.some(({ message }) => message === "action completed"),
      );
      const why = isForeign ? "; its agent is Tinkerbell's, which sends no output: that is on the machine" : "";
      context.stderr(`${who} has printed nothing (state: ${state})${why}\n`);
    });
}

/** Of `NAME`, or of `wf/NAME` as other commands take it. */
function nameOf(text: string): string {
  const [target] = text.includes("/") ? readTargets([text]) : [];
  if (target !== undefined && !isKind(target.kind, kinds.Workflow))
    throw new CliError("usage", `${text}: only workflows have logs; name one, such as workflow/NAME`);
  return target?.name ?? text;
}
