// tink logs: what a workflow's actions wrote.
import { kinds } from "@neverland/api";
import type { Command } from "commander";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { numberUpTo } from "../option-values.ts";

type LogsOptions = { action?: string; follow?: boolean; tail?: number };

export function configure(command: Command, context: CliContext): void {
  command
    .option("--action <name>", "of this action only")
    .option("-f, --follow", "go on until the workflow has ended")
    .option("--tail <lines>", "only the last lines", numberUpTo(Number.MAX_SAFE_INTEGER))
    .action(async (workflow: string, { action, follow, tail }: LogsOptions) => {
      const { clients, namespace } = await connect(command, context);
      const name = workflow.replace(/^(workflows?|wf)\//, "");
      const options = {
        signal: context.signal,
        ...(action === undefined ? {} : { action }),
        ...(follow ? { follow } : {}),
        ...(tail === undefined ? {} : { tailLines: tail }),
      };
      for await (const text of clients(kinds.Workflow).log({ namespace, name }, options)) context.stdout(text);
    });
}
