// An action to start a test from.

import type { Action } from "../action.ts";

export function anAction(changes: Partial<Action> = {}): Action {
  return {
    workflowId: "default/wf",
    taskId: "task-1",
    actionId: "action-1",
    agentId: "52:54:00:00:00:01",
    name: "hello",
    image: "registry.test/hello:v1",
    timeoutSeconds: 60,
    command: [],
    volumes: [],
    environment: [],
    pid: "",
    network: "",
    ...changes,
  };
}
