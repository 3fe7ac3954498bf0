// A Workflow that is to go before it took back what it had lent: it goes once the machine has nothing of it.
import type { ResourceKey, Workflow } from "@neverland/api";
import type { Outcome } from "@neverland/controller-kit/controller.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { hardwareKey, loansOf } from "./loans.ts";
import { forbidNetboot, unusableForbids } from "./netboot-permission.ts";
import { eventOf } from "./workflow-events.ts";

/** May be called again at any time. A medium that cannot be ejected holds the workflow for so long and no longer: nobody waits for ever. */
export async function giveBack(
  workflow: Workflow,
  deps: WorkflowControllerDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const { permission, medium } = loansOf(workflow);
  const key = hardwareKey(workflow);
  if (permission && key !== undefined) await takeBack(workflow, key, deps);
  return medium ? await eject(workflow, deps, signal) : {};
}

async function takeBack(workflow: Workflow, key: ResourceKey, deps: WorkflowControllerDeps): Promise<void> {
  const toggled = await forbidNetboot(key, workflow.metadata.uid, deps);
  const say = (message: string) =>
    deps.record(eventOf(workflow, "NetbootForbidden", `the workflow was deleted: ${message}`));
  if (toggled === "done") say("set allowPXE of all interfaces to false");
  if (toggled === "unusable-hardware") say(`left allowPXE as it is: ${unusableForbids(key)}`);
}

async function eject(workflow: Workflow, deps: WorkflowControllerDeps, signal: AbortSignal): Promise<Outcome> {
  const { clock, limits, power, record } = deps;
  const nowMs = clock.nowMs();
  const outcome = await power.finish(workflow, signal);
  if (outcome.state === "complete") return {};
  const sinceMs = clock.asOfNowMs(timeMs(workflow.metadata.deletionTimestamp) ?? nowMs);
  if (outcome.state === "running" && nowMs < sinceMs + limits.preparingTimeoutSeconds * 1000)
    return { wakeAtMs: nowMs + outcome.pollAfterMs };
  const why = outcome.state === "failed" ? outcome.message : `it took longer than ${limits.preparingTimeoutSeconds} s`;
  const message = `the workflow was deleted and its medium could not be ejected: ${why}; eject it at the machine's management controller`;
  record(eventOf(workflow, "BootJobFailed", message));
  return {};
}
