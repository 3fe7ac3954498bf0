// tink workflow retry, cancel: begins a workflow again, or ends it. Both ask by an annotation, and say what became of it.
import {
  cancelAnnotation,
  isFinalState,
  isKind,
  kinds,
  retryAnnotation,
  retryFromAnnotation,
  type Workflow,
} from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { readTimeout } from "../../command-line/option-values.ts";
import { readTargets } from "../../command-line/resource-names.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { orMeant } from "../../machines/missing-object.ts";

type Asked = {
  readonly annotations: Record<string, string | null>;
  readonly isHeeded: (workflow: Workflow) => boolean;
};

export function configure(command: Command, context: CliContext): void {
  command
    .command("retry <name>")
    .description("begin a workflow that is over again, rendered anew of its Template and Hardware as they are")
    .option("--from <action>", "begin at this action: those before it count as done")
    .option("--timeout <time>", "wait for so long until it is begun (exit 4): seconds, or 1m30s", readTimeout, 60)
    .action(async (word: string, { from, timeout }: { from?: string; timeout: number }) => {
      const name = workflowName(word);
      const value = new Date().toISOString();
      const annotations = { [retryAnnotation]: value, [retryFromAnnotation]: from ?? null };
      const isHeeded = ({ status }: Workflow) => status?.lastHandledRetry === value;
      const workflow = await ask(command, name, { annotations, isHeeded }, timeout, context);
      const answer = workflow.status?.conditions?.find(({ type }) => type === "Retried");
      if (answer?.status !== "True")
        throw new CliError("failed", `workflow/${name}: ${answer?.message ?? "was not begun again"}`);
      context.stdout(`workflow.tinkerbell.org/${name} retried\n`);
      context.stderr(`${answer.message}\n`);
    });
  command
    .command("cancel <name>")
    .description("end a workflow: its running action is stopped, and what was lent to the machine is taken back")
    .option("--timeout <time>", "wait for so long until it has ended (exit 4): seconds, or 1m30s", readTimeout, 330)
    .action(async (word: string, { timeout }: { timeout: number }) => {
      const name = workflowName(word);
      const value = new Date().toISOString();
      const isHeeded = ({ status }: Workflow) => status?.lastHandledCancel === value;
      const workflow = await ask(
        command,
        name,
        { annotations: { [cancelAnnotation]: value }, isHeeded },
        timeout,
        context,
      );
      const end = workflow.status?.conditions?.find(({ type }) => type === "Succeeded");
      if (end?.reason !== "Cancelled") {
        const state = workflow.status?.state || "new";
        const is = isFinalState(workflow.status?.state) ? "was over before" : "has done all of its actions";
        throw new CliError("failed", `workflow/${name} ${is}: it is ${state}`);
      }
      context.stdout(`workflow.tinkerbell.org/${name} cancelled\n`);
      context.stderr(`${end.message}\n`);
    });
}

/** `NAME`, or as other commands print and take it: `workflow/NAME`, `workflow.tinkerbell.org/NAME`. */
function workflowName(word: string): string {
  const [target] = word.includes("/") ? readTargets([word]) : [];
  if (target === undefined) return word;
  if (isKind(target.kind, kinds.Workflow) && target.name !== undefined) return target.name;
  throw new CliError("usage", `${word}: expected a workflow, such as workflow/NAME`);
}

/** @returns The workflow once its controller has heeded the wish. */
async function ask(
  command: Command,
  name: string,
  { annotations, isHeeded }: Asked,
  timeout: number,
  context: CliContext,
): Promise<Workflow> {
  const connected = await connect(command, context);
  const key = { namespace: connected.namespace, name };
  const workflows = connected.clients(kinds.Workflow);
  await workflows.patch(key, { metadata: { annotations } }).catch(orMeant({ kind: kinds.Workflow, key }, connected));
  const deadline = AbortSignal.timeout(timeout * 1000);
  let last: Workflow | undefined;
  const isDone = (found: Workflow | undefined) => {
    last = found;
    return found === undefined || isHeeded(found);
  };
  await workflows.waitFor(key, isDone, AbortSignal.any([context.signal, deadline])).catch((error: unknown) => {
    if (!deadline.aborted) throw error;
    throw new CliError(
      "timed-out",
      `workflow/${name} has not heeded that after ${timeout} s; see that tink up runs with its controllers, and tink explain workflow/${name}`,
    );
  });
  if (last === undefined) throw new CliError("not-found", `workflow/${name} was deleted meanwhile`);
  return last;
}
