// Takes what actions print from the workers that run them.
import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { parseKey } from "@neverland/api";
import {
  type ActionLogService,
  type AppendLogsRequest,
  AppendLogsResponseSchema,
  Stream,
} from "@neverland/api/action-log";
import type { Clock } from "@neverland/platform/clock.ts";
import { formatTime } from "@neverland/platform/clock.ts";
import { findStep, isSameAgent } from "@neverland/workflow-rules/actions-in-order.ts";
import type { LogLine } from "./action-log-file.ts";
import type { ActionLogId, ActionLogStore } from "./action-log-store.ts";
import type { TinkServerDeps } from "./ports.ts";
import { toConnectError } from "./status-codes.ts";
import { TinkError } from "./tink-error.ts";

export type ActionLogServiceDeps = Pick<TinkServerDeps, "workflows"> & {
  readonly logs: ActionLogStore;
  readonly clock: Clock;
};

/** Actions whose dropped lines are remembered. */
const mostRemembered = 4096;

export function actionLogService(deps: ActionLogServiceDeps): ServiceImpl<typeof ActionLogService> {
  const dropped = new DroppedCounts();
  return {
    async appendLogs(requests) {
      try {
        return create(AppendLogsResponseSchema, { acceptedLines: BigInt(await takeAll(requests, dropped, deps)) });
      } catch (error) {
        throw toConnectError(error);
      }
    },
  };
}

async function takeAll(
  requests: AsyncIterable<AppendLogsRequest>,
  dropped: DroppedCounts,
  deps: ActionLogServiceDeps,
): Promise<number> {
  let taken = 0;
  let known: { name: string; id: ActionLogId } | undefined;
  for await (const request of requests) {
    const name = `${request.workflowId} ${request.taskId} ${request.actionId} ${request.agentId}`;
    // A stream is for one action; looking it up once is enough.
    known = known?.name === name ? known : { name, id: await identify(request, deps) };
    const lines = request.lines.map((line) => readLine(line, deps.clock));
    const missing = dropped.grownBy(known.id.actionID, request.droppedLines);
    if (missing > 0n) lines.push(droppedLine(missing, deps.clock));
    if (lines.length > 0) taken += await deps.logs.append(known.id, lines);
  }
  return taken;
}

/** @throws {TinkError} `unknown` when the worker has no such action. */
async function identify(request: AppendLogsRequest, { workflows }: ActionLogServiceDeps): Promise<ActionLogId> {
  const key = parseKey(request.workflowId);
  const workflow = key === undefined ? undefined : await workflows.get(key);
  const step = findStep(workflow?.status ?? {}, request.actionId);
  if (workflow === undefined || step === undefined || !isSameAgent(step.task.agentID, request.agentId))
    throw new TinkError("unknown", "no action of this worker's is known by these ids");
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
  const text = `${count} lines are missing here: they came faster than the machine could send them`;
  return { time: formatTime(clock.nowMs()), stream: "stderr", text, sequence: 0 };
}

/** Workers say how many lines they have dropped in all, stream after stream; people are told only what is new. */
class DroppedCounts {
  readonly #byAction = new Map<string, bigint>();

  grownBy(actionID: string, droppedLines: bigint): bigint {
    const known = this.#byAction.get(actionID) ?? 0n;
    if (droppedLines <= known) return 0n;
    this.#byAction.delete(actionID);
    this.#byAction.set(actionID, droppedLines);
    const [oldest] = this.#byAction.keys();
    if (this.#byAction.size > mostRemembered && oldest !== undefined) this.#byAction.delete(oldest);
    return droppedLines - known;
  }
}
