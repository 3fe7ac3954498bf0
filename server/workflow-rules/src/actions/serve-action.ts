// What a worker is told of the action it is to run.

import { posix } from "node:path";
import type { WorkflowStatus } from "@neverland/api";
import { agentKey } from "@neverland/api";
import { actionTimeoutSeconds, type WorkflowLimits } from "../limits.ts";
import type { Step } from "./actions-in-order.ts";

export type ServedAction = {
  /** `namespace/name`. */
  readonly workflowID: string;
  readonly taskID: string;
  readonly agentID: string;
  readonly actionID: string;
  readonly name: string;
  readonly image: string;
  /** Never 0: today's agents take that for a deadline that has passed. */
  readonly timeoutSeconds: number;
  readonly command: readonly string[];
  /** The task's, then the action's, which takes the place of one with its destination: `src:dst[:options]`. */
  readonly volumes: readonly string[];
  /** `KEY=VALUE`, sorted by key; the action's over the task's. */
  readonly environment: readonly string[];
  readonly pid?: string;
  readonly namespaces?: { readonly network?: string | undefined; readonly pid?: string | undefined };
};

export function serveAction(workflowID: string, { task, action }: Step, limits: WorkflowLimits): ServedAction {
  const environment = new Map([...Object.entries(task.environment ?? {}), ...Object.entries(action.environment ?? {})]);
  return {
    workflowID,
    taskID: task.id,
    agentID: task.agentID,
    actionID: action.id,
    name: action.name,
    image: action.image,
    timeoutSeconds: actionTimeoutSeconds(action.timeout, limits),
    command: action.command ?? [],
    volumes: volumesOf(task.volumes ?? [], action.volumes ?? []),
    environment: [...environment.keys()].sort().map((key) => `${key}=${environment.get(key)}`),
    ...(action.pid ? { pid: action.pid } : {}),
    ...(action.namespaces ? { namespaces: { network: action.namespaces.network, pid: action.namespaces.pid } } : {}),
  };
}

/** Docker, and so upstream's agent, refuses two of one destination. */
function volumesOf(ofTask: readonly string[], ofAction: readonly string[]): string[] {
  const taken = new Set(ofAction.map(destinationOfVolume));
  return [...ofTask.filter((volume) => !taken.has(destinationOfVolume(volume))), ...ofAction];
}

function destinationOfVolume(volume: string): string {
  return posix.normalize(`${volume.split(":")[1]}/`);
}

/** The agents that have a task in the workflow, in lower case. */
export function agentsOf(status: WorkflowStatus): Set<string> {
  return new Set((status.tasks ?? []).map(({ agentID }) => agentKey(agentID)));
}
