// The messages of the worker protocol as our own types, and back.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type ActionReportSpec, type ActionState, oneLine } from "@neverland/api";
import {
  type ActionResponseSchema,
  type ActionStatusRequest,
  ActionStatusRequest_StateType,
} from "@neverland/api/workflow";
import type { ServedAction } from "@neverland/workflow-rules/actions/serve-action.ts";
import { TinkError } from "../tink-error.ts";

type FromWorker = "workflow" | "agentID" | "taskID" | "actionID" | "state" | "message";
/** A report as it came in; times are the worker's. */
export type IncomingReport = Pick<
  ActionReportSpec,
  FromWorker | "executionStart" | "executionStop" | "executionDuration"
>;

const longestIdLength = 253;
const longestMessageLength = 16 * 1024;

const states = new Map<ActionStatusRequest_StateType, ActionState>([
  [ActionStatusRequest_StateType.PENDING, "PENDING"],
  [ActionStatusRequest_StateType.RUNNING, "RUNNING"],
  [ActionStatusRequest_StateType.SUCCESS, "SUCCESS"],
  [ActionStatusRequest_StateType.FAILED, "FAILED"],
  [ActionStatusRequest_StateType.TIMEOUT, "TIMEOUT"],
]);

/** @throws {TinkError} `invalid` when an id is empty or absurd. */
export function readId(value: string, what: string): string {
  const isSane = value.length > 0 && value.length <= longestIdLength && /^[\x21-\x7e]+$/.test(value);
  if (!isSane) throw new TinkError("invalid", `invalid ${what}`);
  return value;
}

/** @throws {TinkError} `invalid`. */
export function readReport(request: ActionStatusRequest): IncomingReport {
  const state = states.get(request.actionState);
  if (state === undefined) throw new TinkError("invalid", "invalid action state");
  return {
    workflow: readId(request.workflowId, "workflow id"),
    taskID: readId(request.taskId, "task name"),
    actionID: readId(request.actionId, "action name"),
    agentID: readId(request.agentId, "Agent ID"),
    state,
    message: messageOf(state, oneLine((request.message?.message ?? "").slice(0, longestMessageLength))),
    ...optional("executionStart", readTime(request.executionStart)),
    ...optional("executionStop", readTime(request.executionStop)),
    ...optional("executionDuration", request.executionDuration.slice(0, 64) || undefined),
  };
}

/** Upstream's agent says of every action that it completed, also of one that failed. */
function messageOf(state: ActionState, message: string): string {
  if ((state !== "FAILED" && state !== "TIMEOUT") || message !== "action completed") return message;
  return "the agent gave no reason; the log of the agent itself, on the machine, may have it";
}

/** Go's zero time (the year 1) means none. */
function readTime(timestamp: Timestamp | undefined): string | undefined {
  if (timestamp === undefined || timestamp.seconds <= 0n || timestamp.seconds > 253_402_300_799n) return undefined;
  return timestampDate(timestamp).toISOString();
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  // A computed key widens to an index signature; the key is K.
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

export function actionMessage(action: ServedAction): MessageInitShape<typeof ActionResponseSchema> {
  const { network, pid } = action.namespaces ?? {};
  return {
    workflowId: action.workflowID,
    taskId: action.taskID,
    agentId: action.agentID,
    actionId: action.actionID,
    name: action.name,
    image: action.image,
    timeout: BigInt(action.timeoutSeconds),
    command: [...action.command],
    volumes: [...action.volumes],
    environment: [...action.environment],
    ...(action.pid === undefined ? {} : { pid: action.pid }),
    ...(action.namespaces === undefined
      ? {}
      : { namespaces: { ...(network === undefined ? {} : { network }), ...(pid === undefined ? {} : { pid }) } }),
  };
}
