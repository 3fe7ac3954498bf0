// tink watch: follows one workflow until it has ended, or what happens to one machine.
import { isFinalState, type KindInfo, kinds, type MachineEvent, type ResourceKey } from "@neverland/api";
import type { Command } from "commander";
import { CliError, exitCodes } from "../cli-error.ts";
import { type Clients, connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { readTimeout } from "../option-values.ts";
import { describeProgress } from "../output/workflow-progress.ts";
import { readTargets } from "../resource-names.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .option("--timeout <time>", "give up after this long (exit 4): seconds, or 1m30s", readTimeout)
    .action(async (words: string[], { timeout }: { timeout?: number }) => {
      const [target] = readTargets(words);
      if (target?.name === undefined) throw new CliError("usage", "Name what to watch: workflow/NAME or hardware/NAME");
      const { clients, namespace } = await connect(command, context);
      const deadline = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
      const signal = deadline === undefined ? context.signal : AbortSignal.any([context.signal, deadline]);
      const key = { namespace, name: target.name };
      const subject = `${target.kind.singular}/${target.name}`;
      const tooLate = new CliError("timed-out", `${subject} was not done after ${timeout} s`);
      const code = await watcherOf(target.kind)(clients, key, signal, context).catch((error: unknown) => {
        throw deadline?.aborted ? tooLate : error;
      });
      if (code === exitCodes.interrupted && deadline?.aborted) throw tooLate;
      context.setExitCode(code);
    });
}

type Watcher = (clients: Clients, key: ResourceKey, signal: AbortSignal, context: CliContext) => Promise<number>;

function watcherOf({ kind, plural }: KindInfo): Watcher {
  if (kind === "Workflow") return watchWorkflow;
  if (kind === "Hardware") return watchHardware;
  throw new CliError("usage", `tink watch follows workflows and hardware; for ${plural} there is tink get -w`);
}

/** Resolves to the exit code: 0 for SUCCESS, 1 for FAILED, TIMEOUT or a workflow that was deleted. */
async function watchWorkflow(
  clients: Clients,
  key: ResourceKey,
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  // A watch waits for a server that is away; one that was never there, or refuses us, is to be told at once.
  await clients(kinds.Workflow).get(key, { signal });
  const query = { namespace: key.namespace, fieldSelector: `metadata.name=${key.name}`, signal };
  let said = "";
  for await (const event of clients(kinds.Workflow).watch(query)) {
    if (event.type === "bookmark") continue;
    const workflow = event.type === "synced" ? event.items[0] : event.object;
    if (workflow === undefined)
      throw new CliError("not-found", `There is no workflow "${key.name}" in namespace ${key.namespace}.`);
    if (event.type === "deleted") {
      context.stderr(`workflow ${key.name} was deleted\n`);
      return exitCodes.failed;
    }
    const text = describeProgress(workflow);
    if (text !== said) context.stdout(text);
    said = text;
    const state = workflow.status?.state;
    if (isFinalState(state)) return state === "SUCCESS" ? 0 : exitCodes.failed;
  }
  return exitCodes.interrupted;
}

async function watchHardware(
  clients: Clients,
  key: ResourceKey,
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  const hardware = await clients(kinds.Hardware).get(key, { signal });
  if (hardware === undefined)
    throw new CliError("not-found", `There is no hardware "${key.name}" in namespace ${key.namespace}.`);
  const query = { namespace: key.namespace, fieldSelector: `spec.hardware=${key.name}`, signal };
  for await (const event of clients(kinds.MachineEvent).watch(query)) {
    if (event.type === "synced") for (const item of event.items) context.stdout(formatEvent(item));
    else if (event.type === "added" || event.type === "modified") context.stdout(formatEvent(event.object));
  }
  return exitCodes.interrupted;
}

function formatEvent({ spec }: MachineEvent): string {
  return `${spec?.time ?? ""}  ${spec?.type ?? ""}${spec?.reason ? ` (${spec.reason})` : ""}: ${spec?.message ?? ""}\n`;
}
