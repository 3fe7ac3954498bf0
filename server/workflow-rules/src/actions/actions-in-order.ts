// A workflow's actions as one sequence: tasks one after the other, actions within a task one after the other.

import type { WorkflowAction, WorkflowStatus, WorkflowTask } from "@neverland/api";
import { agentKey } from "@neverland/api";

export type Step = { readonly task: WorkflowTask; readonly action: WorkflowAction };

export function stepsOf(status: WorkflowStatus): Step[] {
  return (status.tasks ?? []).flatMap((task) => task.actions.map((action) => ({ task, action })));
}

/** The first action that has not succeeded: running, next, or the one that ended the workflow. */
export function currentStep(status: WorkflowStatus): Step | undefined {
  return firstStep(status, ({ state }) => state !== "SUCCESS");
}

export function findStep(status: WorkflowStatus, actionID: string): Step | undefined {
  return firstStep(status, ({ id }) => id === actionID);
}

export function isLastStep(status: WorkflowStatus, { action }: Step): boolean {
  return status.tasks?.findLast(({ actions }) => actions.length > 0)?.actions.at(-1)?.id === action.id;
}

/** Agent ids are mostly MAC addresses, which people write in either case. */
export function isSameAgent(a: string, b: string): boolean {
  return agentKey(a) === agentKey(b);
}

/** The status with one action replaced by what `change` says. */
export function withAction(status: WorkflowStatus, actionID: string, change: Partial<WorkflowAction>): WorkflowStatus {
  const tasks = (status.tasks ?? []).map((task) =>
    task.actions.some(({ id }) => id === actionID)
      ? { ...task, actions: task.actions.map((action) => (action.id === actionID ? { ...action, ...change } : action)) }
      : task,
  );
  return { ...status, tasks };
}

/** The status whose `currentState` and `agentID` follow the current action; after the last, they stay on it. */
export function withCurrentState(status: WorkflowStatus): WorkflowStatus {
  const step = currentStep(status) ?? stepsOf(status).at(-1);
  if (step === undefined) return status;
  const { task, action } = step;
  return {
    ...status,
    agentID: task.agentID,
    currentState: {
      agentID: task.agentID,
      taskID: task.id,
      actionID: action.id,
      state: action.state,
      actionName: action.name,
      taskName: task.name,
    },
  };
}

/** Makes no list of all steps: these are asked for dozens of times for each report. */
function firstStep(status: WorkflowStatus, isIt: (action: WorkflowAction) => boolean): Step | undefined {
  for (const task of status.tasks ?? []) {
    const action = task.actions.find(isIt);
    if (action !== undefined) return { task, action };
  }
  return undefined;
}
