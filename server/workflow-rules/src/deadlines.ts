// When a workflow that nobody moves on is given up, and the sentence that says so.
import type { WorkflowStatus } from "@neverland/api";
import { currentStep, type Step, stepsOf, withAction } from "./actions/actions-in-order.ts";
import { ended } from "./conditions.ts";
import { formatDuration, timeMs } from "./durations.ts";
import { actionTimeoutSeconds, globalTimeoutSeconds, type WorkflowLimits } from "./limits.ts";

export type DeadlineInput = {
  readonly limits: WorkflowLimits;
  /**
   * Since when reports could come in: a worker whose server was down gets its say before it is given up. `undefined`
   * while none can: there is no deadline then.
   */
  readonly listeningSinceMs: number | undefined;
  /** Where a moment that was stamped lies on the clock as it is now: a clock that was set since cuts no wait short. */
  readonly asOfNowMs: (stampMs: number) => number;
  /** Since when the worker could have taken the workflow's next action, or that it is busy with another workflow. */
  readonly agent: { readonly freeSinceMs: number } | { readonly busyWith: string };
};

export type Deadline = { readonly atMs: number; readonly reason: string; readonly message: string };

/** The earliest deadline of a workflow in PENDING or RUNNING; `undefined` in any other state, and while it is queued. */
export function deadlineOf(
  status: WorkflowStatus,
  { listeningSinceMs, ...input }: DeadlineInput,
): Deadline | undefined {
  const step = currentStep(status);
  if (step === undefined || (status.state !== "PENDING" && status.state !== "RUNNING")) return undefined;
  if (listeningSinceMs === undefined) return undefined;
  const listening = { ...input, listeningSinceMs: input.asOfNowMs(listeningSinceMs) };
  const all = [globalDeadline(status, listening), stepDeadline(status, step, listening)];
  return all.filter((each) => each !== undefined).sort((a, b) => a.atMs - b.atMs)[0];
}

type Listening = DeadlineInput & { readonly listeningSinceMs: number };

/** The status of a workflow whose deadline has passed. */
export function givenUp(status: WorkflowStatus, deadline: Deadline, time: string): WorkflowStatus {
  const step = currentStep(status);
  const running = step?.action.state === "RUNNING";
  const change = { state: "TIMEOUT", executionStop: time, message: deadline.message } as const;
  const next = step !== undefined && running ? withAction(status, step.action.id, change) : status;
  return ended(next, "TIMEOUT", deadline, time);
}

function globalDeadline(status: WorkflowStatus, input: Listening): Deadline | undefined {
  const stopMs = timeMs(status.globalExecutionStop);
  if (status.state !== "RUNNING" || stopMs === undefined) return undefined;
  const { limits, listeningSinceMs, asOfNowMs } = input;
  // What was stamped is the start; the end is as far from it as the limit says, wherever the clock is now.
  const limitMs = globalTimeoutSeconds(status.globalTimeout, limits) * 1000;
  return {
    atMs: Math.max(asOfNowMs(stopMs - limitMs) + limitMs, listeningSinceMs + limits.graceSeconds * 1000),
    reason: "GlobalTimeout",
    message: `the workflow did not end by ${status.globalExecutionStop}, its global_timeout; see which action took the time, and raise global_timeout in the template if that was right`,
  };
}

function stepDeadline(status: WorkflowStatus, step: Step, input: Listening): Deadline | undefined {
  return step.action.state === "RUNNING" ? actionDeadline(step, input) : handOutDeadline(status, step, input);
}

function actionDeadline({ task, action }: Step, { limits, listeningSinceMs, asOfNowMs }: Listening): Deadline {
  const timeoutSeconds = actionTimeoutSeconds(action.timeout, limits);
  const graceMs = limits.graceSeconds * 1000;
  const stampMs = timeMs(action.executionStart);
  const startMs = stampMs === undefined ? listeningSinceMs : asOfNowMs(stampMs);
  return {
    atMs: Math.max(startMs + timeoutSeconds * 1000, listeningSinceMs) + graceMs,
    reason: "WorkerSilent",
    message: `worker ${task.agentID} did not report the end of action "${action.name}" within its timeout of ${timeoutSeconds} s and ${limits.graceSeconds} s of grace; the machine may be off, hung or cut off: look at its console`,
  };
}

/** For an action that no worker has taken yet. */
function handOutDeadline(status: WorkflowStatus, { task, action }: Step, input: Listening): Deadline | undefined {
  if ("busyWith" in input.agent || input.limits.pendingTimeoutSeconds === Number.POSITIVE_INFINITY) return undefined;
  const freeMs = Math.max(readySinceMs(status, action.id), input.agent.freeSinceMs);
  const sinceMs = Math.max(input.asOfNowMs(freeMs), input.listeningSinceMs);
  const waitMs = input.limits.pendingTimeoutSeconds * 1000;
  return {
    atMs: sinceMs + waitMs,
    reason: status.state === "PENDING" ? "WorkerNeverCame" : "WorkerGone",
    message: `no worker ${task.agentID} asked for action "${action.name}" within ${formatDuration(waitMs)}; see whether the machine is on, boots from the network, and uses that id: tink explain says where it stopped`,
  };
}

function readySinceMs(status: WorkflowStatus, actionID: string): number {
  const steps = stepsOf(status);
  const previous = steps[steps.findIndex(({ action }) => action.id === actionID) - 1];
  return timeMs(previous?.action.executionStop) ?? timeMs(status.stateSince) ?? 0;
}
