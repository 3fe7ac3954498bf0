// The part of a new Workflow's status that its rendered document makes: tasks and actions with ids of their own.
import type { WorkflowAction, WorkflowStatus, WorkflowTask } from "@neverland/api";
import { type IdSource, makeUlid } from "@neverland/platform/ulid.ts";
import { withCurrentState } from "../actions/actions-in-order.ts";

/** A rendered Template, checked. Timeouts in seconds. */
export type WorkflowDocument = {
  readonly name: string;
  readonly globalTimeoutSeconds?: number | undefined;
  readonly tasks: readonly DocumentTask[];
};

export type DocumentTask = {
  readonly name: string;
  readonly worker: string;
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly actions: readonly DocumentAction[];
};

export type DocumentAction = {
  readonly name: string;
  readonly image: string;
  readonly timeoutSeconds?: number | undefined;
  readonly command: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly pid?: string | undefined;
  readonly namespaces?: { readonly network?: string | undefined; readonly pid?: string | undefined } | undefined;
};

/** Everything PENDING, nothing started. The document must have an action. */
export function renderStatus(document: WorkflowDocument, ids: IdSource): WorkflowStatus {
  return withCurrentState({
    templateRendering: "successful",
    globalTimeout: document.globalTimeoutSeconds ?? 0,
    tasks: document.tasks.map((task) => renderTask(task, ids)),
  });
}

function renderTask(task: DocumentTask, ids: IdSource): WorkflowTask {
  return {
    id: makeUlid(ids),
    name: task.name,
    agentID: task.worker,
    actions: task.actions.map((action) => renderAction(action, ids)),
    ...(task.volumes.length > 0 ? { volumes: [...task.volumes] } : {}),
    ...(Object.keys(task.environment).length > 0 ? { environment: { ...task.environment } } : {}),
  };
}

function renderAction(action: DocumentAction, ids: IdSource): WorkflowAction {
  return {
    id: makeUlid(ids),
    name: action.name,
    image: action.image,
    timeout: action.timeoutSeconds ?? 0,
    state: "PENDING",
    ...(action.command.length > 0 ? { command: [...action.command] } : {}),
    ...(action.volumes.length > 0 ? { volumes: [...action.volumes] } : {}),
    ...(Object.keys(action.environment).length > 0 ? { environment: { ...action.environment } } : {}),
    ...(action.pid ? { pid: action.pid } : {}),
    ...(action.namespaces ? { namespaces: withoutAbsent(action.namespaces) } : {}),
  };
}

function withoutAbsent({ network, pid }: NonNullable<DocumentAction["namespaces"]>) {
  return { ...(network === undefined ? {} : { network }), ...(pid === undefined ? {} : { pid }) };
}
