// A Workflow that is to go before it took back what it had lent: it goes once the machine has nothing of it.
import type { ResourceKey, Workflow, WorkflowStatus } from "@neverland/api";
import type { Outcome } from "@neverland/controller-kit/controller.ts";
import { formatTime } from "@neverland/platform/time/clock.ts";
import { sameJson } from "@neverland/store/resource-json.ts";
import { currentStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { hardwareKey, loansOf } from "./loans.ts";
import { forbidNetboot, unusableForbids } from "./netboot-permission.ts";
import { stopAction, whereStopped } from "./steps/stop-action.ts";
import { eventOf, eventsOf } from "./workflow-events.ts";

/** May be called again at any time. A medium that cannot be ejected holds the workflow for so long and no longer: nobody waits for ever. */
export async function giveBack(
  workflow: Workflow,
  deps: WorkflowControllerDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const stopped = await stoppedOf(workflow, deps, signal);
  if ("wakeAtMs" in stopped) return stopped;
  const { permission, medium } = loansOf(workflow);
  const key = hardwareKey(workflow);
  if (permission && key !== undefined) await takeBack(workflow, key, deps);
  const outcome = medium ? await eject(workflow, deps, signal) : {};
  const message = `was deleted ${whereStopped(stopped.status)}`;
  if (stopped.isUnderWay && outcome.wakeAtMs === undefined) deps.record(eventOf(workflow, "WorkflowDeleted", message));
  return outcome;
}

type Stopped = { readonly status: WorkflowStatus; readonly isUnderWay: boolean };

/** Once nobody runs an action of it any more, or its worker has had its time to say so. */
async function stoppedOf(
  workflow: Workflow,
  deps: WorkflowControllerDeps,
  signal: AbortSignal,
): Promise<Stopped | Required<Pick<Outcome, "wakeAtMs">>> {
  const nowMs = deps.clock.nowMs();
  const context = { nowMs, time: formatTime(nowMs), stateSinceMs: nowMs, signal };
  const { status, wakeAtMs } = await stopAction(workflow, deps, context);
  const isUnderWay = workflow.status?.state === "RUNNING" || status.state === "RUNNING";
  if (wakeAtMs === undefined || status.state !== "RUNNING" || currentStep(status)?.action.state !== "RUNNING")
    return { status, isUnderWay };
  if (!sameJson(status, workflow.status)) {
    await deps.workflows.updateStatus({ ...workflow, status });
    for (const event of eventsOf(workflow, status)) deps.record(event);
  }
  return { wakeAtMs };
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
