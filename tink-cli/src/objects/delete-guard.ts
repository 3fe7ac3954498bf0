// What is not deleted without --force: a workflow whose worker runs an action, which may be writing the machine's disk.
import { isKind, type KindNames, kinds, type ResourceKey, type Workflow } from "@neverland/api";
import { CliError } from "../cli-error.ts";
import type { Clients } from "../connection/connect.ts";

/** @throws {CliError} `failed`. */
export async function refuseWhileRunning(clients: Clients, kind: KindNames, key: ResourceKey): Promise<void> {
  if (!isKind(kind, kinds.Workflow)) return;
  const workflow: Workflow | undefined = await clients(kinds.Workflow).get(key);
  const { state, currentState } = workflow?.status ?? {};
  if (state !== "RUNNING" || currentState?.state !== "RUNNING") return;
  throw new CliError(
    "failed",
    `workflow/${key.name} runs action "${currentState.actionName}": stopped there, the machine's disk may be half written. tink delete --force does it; tink workflow cancel ${key.name} does it and keeps the workflow`,
  );
}
