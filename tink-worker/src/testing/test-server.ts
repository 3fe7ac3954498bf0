// Tink Server in the test's own process, speaking real gRPC: hands out a list of actions one by one, and keeps what it hears.

import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { ActionControlService } from "@neverland/api/action-control";
import { ActionLogService } from "@neverland/api/action-log";
import {
  type ActionRequest,
  type ActionResponseSchema,
  type ActionStatusRequest,
  ActionStatusRequest_StateType as State,
  WorkflowService,
} from "@neverland/api/workflow";

export type HandedOut = MessageInitShape<typeof ActionResponseSchema>;

export class TestServer implements AsyncDisposable {
  readonly requests: ActionRequest[] = [];
  readonly reports: ActionStatusRequest[] = [];
  readonly logs: string[] = [];
  /** Actions still to run; the first is the current one. */
  readonly actions: HandedOut[] = [];
  /** Called with each report before it is answered; what it throws is the answer. */
  onReport: (report: ActionStatusRequest) => void | Promise<void> = () => {};
  takesLogs = true;
  /** Why the running action is to stop. */
  stopReason: string | undefined;
  pulledBytes = 0;
  #server: Http2Server | undefined;
  #sessions = new Set<ServerHttp2Session>();
  #port = 0;
  #changed: () => void = () => {};

  get authority(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer(connectNodeAdapter({ routes: (router) => this.#routes(router) }));
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port; // a TCP server's address is never a path
  }

  /** As a crash: connections break, the port stays ours for the next start. */
  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** States reported so far, as `action:STATE`. */
  get states(): string[] {
    return this.reports.map(({ actionName, actionState }) => `${actionName}:${State[actionState]}`);
  }

  /** The report of how an action ended, waited for. */
  async outcome(actionName: string, signal: AbortSignal): Promise<ActionStatusRequest> {
    for (;;) {
      const found = this.reports.find(
        (report) => report.actionName === actionName && report.actionState >= State.FAILED,
      );
      if (found !== undefined) return found;
      await Promise.race([new Promise<void>((resolve) => (this.#changed = resolve)), sleep(50, undefined, { signal })]);
    }
  }

  #routes(router: ConnectRouter): void {
    router.service(WorkflowService, {
      getAction: (request, context) => this.#next(request, context),
      reportActionStatus: (report) => this.#report(report),
    });
    router.service(ActionControlService, {
      awaitStop: async (_request, { signal }) => {
        while (this.stopReason === undefined) await sleep(20, undefined, { signal });
        return { stop: true, reason: this.stopReason };
      },
    });
    if (!this.takesLogs) return;
    router.service(ActionLogService, {
      appendLogs: async (messages) => {
        let acceptedLines = 0n;
        for await (const { lines, progress } of messages) {
          acceptedLines += BigInt(lines.length);
          if (progress !== undefined) this.pulledBytes = Number(progress.doneBytes);
          this.logs.push(...lines.map(({ sequence, text }) => `${sequence} ${text}`));
        }
        return { acceptedLines };
      },
    });
  }

  async #next(request: ActionRequest, { signal }: HandlerContext): Promise<HandedOut> {
    this.requests.push(request);
    for (let waits = 0; waits < 20; waits++) {
      const [action] = this.actions;
      if (action !== undefined) return action;
      await sleep(20, undefined, { signal });
    }
    throw new ConnectError("no Workflows found", Code.NotFound);
  }

  async #report(report: ActionStatusRequest): Promise<object> {
    await this.onReport(report);
    this.reports.push(report);
    const isCurrent = this.actions[0]?.actionId === report.actionId;
    if (isCurrent && report.actionState === State.SUCCESS) this.actions.shift();
    if (isCurrent && (report.actionState === State.FAILED || report.actionState === State.TIMEOUT))
      this.actions.length = 0;
    this.#changed();
    return {};
  }
}
