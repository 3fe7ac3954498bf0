// Takes what actions print from the workers that run them.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { counted, parseKey, type Workflow } from "@neverland/api";
import { ActionLogService, type AppendLogsRequest, Stream } from "@neverland/api/action-log";
import { GrpcError, type GrpcErrorCode } from "@neverland/platform/grpc/grpc-error.ts";
import { clientStream, type GrpcCaller, type GrpcMethod } from "@neverland/platform/grpc/grpc-method.ts";
import { type Clock, formatTime } from "@neverland/platform/time/clock.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import { findStep, isSameAgent } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { ActionLogError, type ActionLogErrorCode } from "./action-log-error.ts";
import type { ActionLogId, ActionLogStore } from "./action-log-store.ts";
import { DroppedCounts } from "./dropped-counts.ts";
import type { LogLine } from "./log-line.ts";

export type AppendLogsDeps = {
  readonly workflows: Pick<TypedStore<Workflow>, "get">;
  readonly logs: Pick<ActionLogStore, "append">;
  readonly clock: Clock;
  readonly gate: Pick<AgentGate, "refusal">;
};

/** A worker sends a few hundred at once. Empty lines cost two bytes each, so a message may hold half a million of them. */
const mostLines = 10_000;

export function appendLogs(deps: AppendLogsDeps): GrpcMethod {
  const dropped = new DroppedCounts();
  return clientStream(ActionLogService.method.appendLogs, async (requests, caller) => {
    try {
      return { acceptedLines: BigInt(await takeAll(requests, caller, dropped, deps)) };
    } catch (error) {
      throw error instanceof ActionLogError
        ? new GrpcError(statuses[error.code], error.message, { cause: error })
        : error;
    }
  });
}

/** NotFound and InvalidArgument make a worker drop its lines; the others make it send them again. */
const statuses = {
  invalid: "invalid-argument",
  unknown: "not-found",
  forbidden: "permission-denied",
  unavailable: "unavailable",
  "bad-folder": "unavailable",
} as const satisfies Record<ActionLogErrorCode, GrpcErrorCode>;

async function takeAll(
  requests: AsyncIterable<AppendLogsRequest>,
  caller: GrpcCaller,
  dropped: DroppedCounts,
  deps: AppendLogsDeps,
): Promise<number> {
  let taken = 0;
  let known: { name: string; id: ActionLogId } | undefined;
  for await (const request of requests) {
    const name = `${request.workflowId} ${request.taskId} ${request.actionId} ${request.agentId}`;
    // A stream is for one action; looking it up once is enough.
    known = known?.name === name ? known : { name, id: await identify(request, caller, deps) };
    taken += await take(known.id, request, dropped, deps);
  }
  return taken;
}

async function take(
  id: ActionLogId,
  request: AppendLogsRequest,
  dropped: DroppedCounts,
  { logs, clock }: AppendLogsDeps,
): Promise<number> {
  if (request.lines.length > mostLines)
    throw new ActionLogError(
      "invalid",
      `${request.lines.length} lines are more than the ${mostLines} that a message may hold`,
    );
  const unnumbered = request.lines.find(({ sequence }) => sequence === 0n || sequence > Number.MAX_SAFE_INTEGER);
  if (unnumbered !== undefined)
    throw new ActionLogError("invalid", `${unnumbered.sequence} is no line's number: an action's are counted from 1`);
  const missing = dropped.grownBy(id.actionID, request.droppedLines);
  const lines = request.lines.map((line) => readLine(line, clock));
  if (missing > 0n) lines.push(droppedLine(missing, clock));
  return lines.length === 0 ? 0 : await logs.append(id, lines, Number(missing));
}

/** @throws {ActionLogError} `unknown` when the worker has no such action; `forbidden` when the caller is another machine. */
async function identify(
  request: AppendLogsRequest,
  caller: GrpcCaller,
  { workflows, gate }: AppendLogsDeps,
): Promise<ActionLogId> {
  const key = parseKey(request.workflowId);
  const workflow = key === undefined ? undefined : await workflows.get(key);
  const step = findStep(workflow?.status ?? {}, request.actionId);
  if (workflow === undefined || step === undefined || !isSameAgent(step.task.agentID, request.agentId))
    throw new ActionLogError("unknown", "no action of this worker's is known by these ids");
  const refusal = gate.refusal(request.agentId, caller, workflow);
  if (refusal !== undefined) throw new ActionLogError("forbidden", refusal);
  return { workflowUID: workflow.metadata.uid, actionID: step.action.id };
}

function readLine(line: AppendLogsRequest["lines"][number], clock: Clock): LogLine {
  return {
    time: readTime(line.time, clock),
    stream: line.stream === Stream.STDERR ? "stderr" : "stdout",
    text: line.text,
    sequence: Number(line.sequence),
  };
}

function readTime(time: Timestamp | undefined, clock: Clock): string {
  const isSane = time !== undefined && time.seconds > 0n && time.seconds < 253_402_300_800n;
  return isSane ? timestampDate(time).toISOString() : formatTime(clock.nowMs());
}

function droppedLine(count: bigint, clock: Clock): LogLine {
  const text = `${counted(count, "line is", "lines are")} missing here: they came faster than the machine could send them`;
  return { time: formatTime(clock.nowMs()), stream: "stderr", text, sequence: 0 };
}
