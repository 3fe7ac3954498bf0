// tink watch: follows one workflow until it has ended, or what happens to one machine.
import { type ApiClient, ApiError, kinds, type MachineEvent, type ResourceKey, type Workflow } from "@neverland/api";
import type { Command } from "commander";
import { CliError, exitCodes } from "../cli-error.ts";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { describeProgress } from "../output/workflow-progress.ts";
import { readTargets } from "../resource-names.ts";
import { eventsOf } from "./describe.ts";

const finalStates = new Set(["SUCCESS", "FAILED", "TIMEOUT"]);

export function addWatchCommand(program: Command, context: CliContext): void {
  program
    .command("watch <resource...>")
    .description("follow workflow/NAME to its end (exit 1 when it fails), or what happens to hardware/NAME")
    .option("--timeout <seconds>", "give up after this long (exit 4)", Number)
    .action(async (words: string[], { timeout }: { timeout?: number }, command: Command) => {
      const [target] = readTargets(words);
      if (target?.name === undefined) throw new CliError("usage", "Name what to watch: workflow/NAME or hardware/NAME");
      const { client, namespace } = await connect(command, context);
      const deadline = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
      const signal = deadline === undefined ? context.signal : AbortSignal.any([context.signal, deadline]);
      const key = { namespace, name: target.name };
      if (target.kind.kind === "Workflow") context.setExitCode(await watchWorkflow(client, key, signal, context));
      else if (target.kind.kind === "Hardware") await watchHardware(client, key, signal, context);
      else
        throw new CliError(
          "usage",
          `tink watch follows workflows and hardware; for ${target.kind.plural} there is tink get -w`,
        );
      if (deadline?.aborted) throw new CliError("timed-out", `${words.join("/")} was not done after ${timeout} s`);
    });
}

/** Resolves to the exit code: 0 for SUCCESS, 1 for FAILED, TIMEOUT or a workflow that was deleted. */
async function watchWorkflow(
  client: ApiClient,
  key: ResourceKey,
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  let said = "";
  for await (const workflow of versionsOf<Workflow>(client, key, signal)) {
    const text = describeProgress(workflow);
    if (text !== said) context.stdout(text);
    said = text;
    const state = workflow.status?.state ?? "";
    if (finalStates.has(state)) return state === "SUCCESS" ? 0 : exitCodes.failed;
  }
  if (!signal.aborted) context.stderr(`workflow ${key.name} was deleted\n`);
  return exitCodes.failed;
}

/** The workflow as it is, then each change of it; ends when it is deleted. */
async function* versionsOf<T extends Workflow>(
  client: ApiClient,
  { namespace, name }: ResourceKey,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const query = { namespace, fieldSelector: `metadata.name=${name}` };
  while (!signal.aborted) {
    const { items, resourceVersion } = await client.list<T>(kinds.Workflow, query);
    const [now] = items;
    if (now === undefined) throw new CliError("not-found", `There is no workflow "${name}" in namespace ${namespace}.`);
    yield now;
    try {
      for await (const { type, object } of client.watch<T>(kinds.Workflow, { ...query, resourceVersion, signal })) {
        if (type === "DELETED") return;
        yield object;
      }
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 410)) throw error;
    }
  }
}

async function watchHardware(
  client: ApiClient,
  key: ResourceKey,
  signal: AbortSignal,
  context: CliContext,
): Promise<void> {
  const hardware = await client.get(kinds.Hardware, key);
  if (hardware === undefined)
    throw new CliError("not-found", `There is no hardware "${key.name}" in namespace ${key.namespace}.`);
  const { resourceVersion } = await client.list(kinds.MachineEvent, {
    namespace: key.namespace,
    fieldSelector: `spec.hardware=${key.name}`,
  });
  for (const event of await eventsOf(client, hardware)) context.stdout(formatEvent(event));
  const query = { namespace: key.namespace, fieldSelector: `spec.hardware=${key.name}`, resourceVersion, signal };
  for await (const { type, object } of client.watch<MachineEvent>(kinds.MachineEvent, query)) {
    if (type !== "DELETED") context.stdout(formatEvent(object));
  }
}

function formatEvent({ spec }: MachineEvent): string {
  return `${spec?.time ?? ""}  ${spec?.type ?? ""}${spec?.reason ? ` (${spec.reason})` : ""}: ${spec?.message ?? ""}\n`;
}
