// A Tink Server with its workflow controller on one store, and workers that speak the protocol over real connections.
import { connect } from "node:net";
import { Readable } from "node:stream";
import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { formatKey, kinds, type MachineEventInput, type Workflow } from "@neverland/api";
import { ActionLogService, Stream } from "@neverland/api/action-log";
import { type ActionResponse, ActionStatusRequest_StateType, WorkflowService } from "@neverland/api/workflow";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { noPowerControl } from "@neverland/controllers/workflow/no-power-control.ts";
import { workflowController } from "@neverland/controllers/workflow/workflow-controller.ts";
import { HardwareFeed } from "@neverland/machines/hardware-feed.ts";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { trustedProxies } from "@neverland/platform/network/caller-address.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import type { WorkflowDocument } from "@neverland/workflow-rules/reports/render-status.ts";
import { action, documentOf, installer } from "@neverland/workflow-rules/testing/examples.ts";
import { TinkServer, type TinkServerOptions } from "../tink-server.ts";

export type TinkBenchOptions = Partial<TinkServerOptions> & { document?: WorkflowDocument };

export class TinkBench {
  readonly store: ResourceStore;
  readonly workflows;
  readonly reports;
  readonly hardware;
  readonly events: MachineEventInput[] = [];
  readonly errors: string[] = [];
  readonly server: TinkServer;
  readonly controller: ControllerRuntime;
  readonly #feed: HardwareFeed;

  constructor({
    document = documentOf([installer, action("stream"), action("write")]),
    ...options
  }: TinkBenchOptions = {}) {
    this.store = options.store ?? openMemoryStore();
    this.workflows = typedStore(this.store, kinds.Workflow);
    this.reports = typedStore(this.store, kinds.ActionReport);
    this.hardware = typedStore(this.store, kinds.Hardware);
    const { store } = this;
    const shared = {
      store,
      clock: systemClock,
      limits: defaultLimits,
      record: (event: MachineEventInput) => void this.events.push(event),
      onError: ({ doing, error }: { doing: string; error: unknown }) => void this.errors.push(`${doing}: ${error}`),
    };
    const machines = new MachineIndex();
    const proxies = options.proxies ?? trustedProxies([]);
    this.#feed = new HardwareFeed({ ...shared, index: machines });
    const gate = new AgentGate({ machines, proxies, record: shared.record });
    const lastBootMs = () => undefined;
    this.server = new TinkServer({
      ...shared,
      gate,
      followMachines: (changed) =>
        machines.follow({
          upserted: ({ metadata }) => changed(formatKey(metadata)),
          removed: (key) => changed(formatKey(key)),
        }),
      lastBootMs,
      proxies,
      doors: [{ host: "127.0.0.1" }],
      port: 0,
      ...options,
    });
    const controller = workflowController({
      ...shared,
      queues: new AgentQueues(),
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      power: noPowerControl,
      render: () => ({ document }),
      listeningSinceMs: () => this.server.listeningSinceMs,
      bootContactMs: () => undefined,
      onBootContact: () => () => undefined,
    });
    this.controller = new ControllerRuntime([controller], { ...shared, random: Math.random });
  }

  async start(): Promise<void> {
    await this.#feed.start(AbortSignal.timeout(5000));
    await this.server.start(AbortSignal.timeout(5000));
    await this.controller.start(AbortSignal.timeout(5000));
  }

  async stop(): Promise<void> {
    await this.server.stop(AbortSignal.timeout(2000));
    await this.controller.stop(AbortSignal.timeout(2000));
    await this.#feed.stop(AbortSignal.timeout(2000));
  }

  /** @param address Of this machine, from which it connects. */
  transport(address = "127.0.0.1"): Transport {
    const baseUrl = `http://127.0.0.1:${this.server.address?.port}`;
    const createConnection = () =>
      connect({ port: this.server.address?.port ?? 0, host: "127.0.0.1", localAddress: address });
    return createGrpcTransport({ baseUrl, nodeOptions: { createConnection } });
  }

  worker(agentID = installer, address?: string): TestWorker {
    return new TestWorker(this.transport(address), agentID);
  }

  async createWorkflow(name = "install", spec: Workflow["spec"] = {}): Promise<Workflow> {
    const template = { metadata: { namespace: "default", name: "debian" }, spec: { data: "" } };
    await typedStore(this.store, kinds.Template)
      .create(template)
      .catch(() => undefined);
    return await this.workflows.create({
      metadata: { namespace: "default", name },
      spec: { templateRef: "debian", ...spec },
    });
  }

  async reachState(state: string, name = "install"): Promise<Workflow> {
    return await waitFor(this.workflows, { namespace: "default", name }, ({ status }) => status?.state === state);
  }
}

/** @param baseUrl Of a Tink Server's gRPC listener. */
export function workerAt(baseUrl: string, agentID: string): TestWorker {
  return new TestWorker(createGrpcTransport({ baseUrl }), agentID);
}

export class TestWorker {
  readonly client;
  readonly agentID: string;
  readonly #logs;

  constructor(transport: Transport, agentID: string) {
    this.client = createClient(WorkflowService, transport);
    this.#logs = createClient(ActionLogService, transport);
    this.agentID = agentID;
  }

  async ask(signal?: AbortSignal): Promise<ActionResponse> {
    return await this.client.getAction({ agentId: this.agentID }, signal === undefined ? {} : { signal });
  }

  /** @param startedAt As our worker says it; without it as upstream's agent does: Go's zero time. */
  async report(
    action: ActionResponse,
    state: keyof typeof ActionStatusRequest_StateType,
    message = "",
    startedAt?: Date,
  ): Promise<void> {
    await this.client.reportActionStatus({
      workflowId: action.workflowId,
      taskId: action.taskId,
      actionId: action.actionId,
      actionName: action.name,
      agentId: this.agentID,
      actionState: ActionStatusRequest_StateType[state],
      executionStart: {
        seconds: startedAt === undefined ? -62135596800n : BigInt(Math.floor(startedAt.getTime() / 1000)),
        nanos: 0,
      },
      message: { message },
    });
  }

  /** Sends lines of an action's output, numbered from `from` on. Resolves when they are kept. */
  async print(
    { workflowId, taskId, actionId }: ActionResponse,
    from: number,
    ...texts: readonly string[]
  ): Promise<void> {
    const lines = texts.map((text, at) => ({ text, sequence: BigInt(from + at), stream: Stream.STDOUT }));
    const message = { workflowId, taskId, actionId, agentId: this.agentID, lines };
    await this.#logs.appendLogs(Readable.from([message]));
  }

  /** Asks, starts, ends. */
  async run(): Promise<ActionResponse> {
    const action = await this.ask();
    await this.report(action, "RUNNING");
    await this.report(action, "SUCCESS");
    return action;
  }
}
