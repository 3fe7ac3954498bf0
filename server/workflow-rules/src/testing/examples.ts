// A rendered workflow and its reports, for tests of the rules and of what uses them.
import type { ActionReportSpec, ActionState, WorkflowStatus } from "@neverland/api";
import { defaultLimits } from "../limits.ts";
import type { FoldInput } from "../reports/fold-reports.ts";
import { renderStatus, type WorkflowDocument } from "../reports/render-status.ts";

export const startMs = Date.parse("2026-05-01T12:00:00Z");
export const installer = "52:54:00:00:00:01";
export const neighbour = "52:54:00:00:00:02";
export const workflowUID = "uid-1";

export function action(name: string, more: Partial<WorkflowDocument["tasks"][0]["actions"][0]> = {}) {
  const image = `registry.example/actions/${name}:latest`;
  return { name, image, timeoutSeconds: 600, command: [], volumes: [], environment: {}, ...more };
}

export function documentOf(
  ...tasks: readonly (readonly [worker: string, ...actions: ReturnType<typeof action>[]])[]
): WorkflowDocument {
  return {
    name: "install",
    globalTimeoutSeconds: 3600,
    tasks: tasks.map(([worker, ...actions], index) => ({
      name: `task-${index + 1}`,
      worker,
      volumes: ["/dev:/dev"],
      environment: { DISK: "/dev/vda", MODE: "task" },
      actions,
    })),
  };
}

/** Ids are `00…1`, `00…2`, … in the order they are asked for, so that tests can tell them apart. */
export function pending(
  document: WorkflowDocument = documentOf([installer, action("stream"), action("write")]),
): WorkflowStatus {
  let made = 0;
  const randomBytes = (count: number) => new Uint8Array(count).fill(0).with(count - 1, ++made);
  const since = { state: "PENDING", stateSince: new Date(startMs).toISOString() } as const;
  return { ...renderStatus(document, { nowMs: () => startMs, randomBytes }), ...since };
}

/** A report of the action at `index` of the workflow, `afterMs` after the start. */
export function report(
  status: WorkflowStatus,
  index: number,
  state: ActionState,
  afterMs: number,
  more: Partial<ActionReportSpec> = {},
): ActionReportSpec {
  const steps = (status.tasks ?? []).flatMap((task) => task.actions.map(({ id }) => ({ task, id })));
  const step = steps[index];
  if (step === undefined) throw new RangeError(`the example has no action ${index}`);
  return {
    workflow: "default/install",
    workflowUID,
    agentID: step.task.agentID,
    taskID: step.task.id,
    actionID: step.id,
    state,
    receivedAt: new Date(startMs + afterMs).toISOString(),
    ...more,
  };
}

export function foldInput(
  reports: readonly ActionReportSpec[],
  afterMs: number,
  more: Partial<FoldInput> = {},
): FoldInput {
  return {
    workflowUID,
    reports,
    nowMs: startMs + afterMs,
    limits: defaultLimits,
    listeningSinceMs: startMs,
    agent: { freeSinceMs: 0 },
    asOfNowMs: (stampMs) => stampMs,
    ...more,
  };
}
