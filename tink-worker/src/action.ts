// An action as the server hands it out, in plain values that a journal can hold.

import type { ActionResponse } from "@neverland/api/workflow";

export type Action = {
  /** These four are opaque: echoed in reports, never looked into. */
  readonly workflowId: string;
  readonly taskId: string;
  readonly actionId: string;
  readonly agentId: string;
  readonly name: string;
  readonly image: string;
  /** For pull and run together; 0 is no limit. */
  readonly timeoutSeconds: number;
  readonly command: readonly string[];
  readonly volumes: readonly string[];
  /** `KEY=VALUE` */
  readonly environment: readonly string[];
  /** `host`, or empty for a PID namespace of its own. */
  readonly pid: string;
  /** `host`, `none`, or empty, which means `host`. */
  readonly network: string;
};

export function toAction(response: ActionResponse, agentId: string): Action {
  const { workflowId, taskId, actionId, name, image, timeout, command, volumes, environment } = response;
  return {
    ...{ workflowId, taskId, actionId, name, image, command, volumes, environment },
    agentId: response.agentId === "" ? agentId : response.agentId,
    timeoutSeconds: Math.max(0, Number(timeout)),
    pid: response.namespaces?.pid || response.pid,
    network: response.namespaces?.network ?? "",
  };
}

/** What makes two hand-outs the same action. */
export function actionKey({ workflowId, taskId, actionId }: Action): string {
  return JSON.stringify([workflowId, taskId, actionId]);
}
