// Tink Server over gRPC, by HTTP/2 in clear or with TLS.

import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ActionControlService } from "@neverland/api/action-control";
import { ActionLogService, type AppendLogsRequestSchema, Stream } from "@neverland/api/action-log";
import {
  type ActionStatusRequestSchema,
  type AgentAttributes,
  ActionStatusRequest_StateType as State,
  WorkflowService,
} from "@neverland/api/workflow";
import { type Action, toAction } from "../action.ts";
import type { BatchResult, LogBatch, PullProgress } from "../logs/log-shipper.ts";
import { formatDuration, type Outcome } from "../outcome.ts";
import { ServerConnection } from "./server-connection.ts";
import type { NextAction, ReportResult, ServerPort, StopAnswer } from "./server-port.ts";

export type GrpcServerOptions = {
  /** `host:port` */
  readonly authority: string;
  readonly tls: boolean;
  /** Takes any certificate. */
  readonly insecureTls: boolean;
  readonly agentId: string;
  readonly attributes?: AgentAttributes | undefined;
};

/** Servers answer an idle GetAction after about 60 s; a connection that died without a word shows here. */
const nextActionTimeoutMs = 90_000;
const reportTimeoutMs = 30_000;

export class GrpcServer implements ServerPort {
  readonly #options: GrpcServerOptions;
  readonly #attributes: AgentAttributes | undefined;
  readonly #connection: ServerConnection;
  readonly #workflows: Client<typeof WorkflowService>;
  readonly #logs: Client<typeof ActionLogService>;
  readonly #control: Client<typeof ActionControlService>;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#attributes = options.attributes;
    const baseUrl = `${options.tls ? "https" : "http"}://${options.authority}`;
    this.#connection = new ServerConnection(baseUrl, options.insecureTls ? { rejectUnauthorized: false } : {});
    const transport = createGrpcTransport({ baseUrl, sessionManager: this.#connection });
    this.#workflows = createClient(WorkflowService, transport);
    this.#logs = createClient(ActionLogService, transport);
    this.#control = createClient(ActionControlService, transport);
  }

  async nextAction(signal: AbortSignal): Promise<NextAction> {
    const { agentId } = this.#options;
    const request = { agentId, ...(this.#attributes === undefined ? {} : { agentAttributes: this.#attributes }) };
    try {
      const response = await this.#workflows.getAction(request, { signal, timeoutMs: nextActionTimeoutMs });
      return { kind: "action", action: toAction(response, agentId) };
    } catch (error) {
      const { code, rawMessage } = this.#failed(error, signal);
      if (code === Code.FailedPrecondition) return { kind: "nothing" };
      if (code === Code.NotFound) return { kind: "nothing", say: rawMessage };
      return { kind: "failed", why: this.#sentence("asked for an action", code, rawMessage) };
    }
  }

  reportRunning(action: Action, startMs: number, signal: AbortSignal): Promise<ReportResult> {
    const message = { message: "running action" };
    return this.#report(
      { ...idsOf(action), actionState: State.RUNNING, executionStart: timestamp(startMs), message },
      signal,
    );
  }

  reportOutcome(action: Action, outcome: Outcome, signal: AbortSignal): Promise<ReportResult> {
    const report = {
      ...idsOf(action),
      actionState: State[outcome.state],
      executionStart: timestamp(outcome.startMs),
      executionStop: timestamp(outcome.stopMs),
      executionDuration: formatDuration(outcome.stopMs - outcome.startMs),
      message: { message: outcome.message },
    };
    return this.#report(report, signal);
  }

  async awaitStop({ workflowId, taskId, actionId, agentId }: Action, signal: AbortSignal): Promise<StopAnswer> {
    const request = { workflowId, taskId, actionId, agentId };
    try {
      const { stop, reason } = await this.#control.awaitStop(request, { signal, timeoutMs: nextActionTimeoutMs });
      return stop ? { kind: "stop", why: reason } : { kind: "go-on" };
    } catch (error) {
      return { kind: this.#failed(error, signal).code === Code.Unimplemented ? "unsupported" : "failed" };
    }
  }

  async sendLogs(action: Action, batch: LogBatch, signal: AbortSignal): Promise<BatchResult> {
    try {
      await this.#logs.appendLogs(once(logRequest(action, batch)), {
        signal,
        timeoutMs: reportTimeoutMs,
      });
      return "kept";
    } catch (error) {
      if (signal.aborted) return "failed";
      return this.#failed(error, signal).code === Code.Unimplemented ? "unsupported" : "failed";
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #report(
    report: MessageInitShape<typeof ActionStatusRequestSchema>,
    signal: AbortSignal,
  ): Promise<ReportResult> {
    try {
      await this.#workflows.reportActionStatus(report, { signal, timeoutMs: reportTimeoutMs });
      return { kind: "acknowledged" };
    } catch (error) {
      const { code, rawMessage } = this.#failed(error, signal);
      const definite = code === Code.NotFound || code === Code.InvalidArgument || code === Code.FailedPrecondition;
      return { kind: definite ? "refused" : "failed", why: this.#sentence("sent a report", code, rawMessage) };
    }
  }

  /** After a call without an answer the connection must show that it lives: its TCP may wait a quarter of an hour for a dead peer. */
  #failed(error: unknown, signal: AbortSignal): ConnectError {
    signal.throwIfAborted();
    const failure = ConnectError.from(error);
    if (
      [Code.DeadlineExceeded, Code.Unavailable, Code.Internal, Code.Unknown, Code.Canceled, Code.Aborted].includes(
        failure.code,
      )
    )
      this.#connection.doubt();
    return failure;
  }

  #sentence(what: string, code: Code, message: string): string {
    return `The worker ${what} of ${this.#options.authority}: ${Code[code]}, ${message}`;
  }
}

function idsOf({
  workflowId,
  agentId,
  taskId,
  actionId,
  name,
}: Action): Readonly<Record<"workflowId" | "agentId" | "taskId" | "actionId" | "actionName", string>> {
  return { workflowId, agentId, taskId, actionId, actionName: name };
}

function logRequest(
  action: Action,
  { lines, droppedLines, progress }: LogBatch,
): MessageInitShape<typeof AppendLogsRequestSchema> {
  const { workflowId, taskId, actionId, agentId } = action;
  return {
    ...{ workflowId, taskId, actionId, agentId },
    droppedLines: BigInt(droppedLines),
    ...(progress === undefined ? {} : { progress: pullProgress(progress) }),
    lines: lines.map(({ timeMs, stream, text, sequence }) => ({
      time: timestamp(timeMs),
      stream: stream === "stdout" ? Stream.STDOUT : Stream.STDERR,
      text,
      sequence: BigInt(sequence),
    })),
  };
}

function pullProgress({ doneBytes, totalBytes }: PullProgress): {
  phase: string;
  doneBytes: bigint;
  totalBytes: bigint;
} {
  return { phase: "pull", doneBytes: BigInt(doneBytes), totalBytes: BigInt(totalBytes) };
}

function timestamp(unixMs: number): Timestamp {
  return timestampFromMs(Math.floor(unixMs));
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
