// Tink Server: follows the workflows, answers workers.
import type { ConnectRouter } from "@connectrpc/connect";
import { kinds, type Workflow } from "@neverland/api";
import { ActionLogService } from "@neverland/api/action-log";
import { WorkflowService } from "@neverland/api/workflow";
import { formatTime } from "@neverland/platform/clock.ts";
import type { Service } from "@neverland/platform/service.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { ActionLogReader } from "./action-log-reader.ts";
import { actionLogService } from "./action-log-service.ts";
import { ActionLogStore } from "./action-log-store.ts";
import { AgentWaiters } from "./agent-waiters.ts";
import { type GrpcAddress, GrpcListener, type GrpcListenerOptions } from "./grpc-listener.ts";
import type { TinkServerDeps } from "./ports.ts";
import { WorkIndex } from "./work-index.ts";
import { workflowService } from "./workflow-service.ts";

export type TinkServerOptions = Omit<TinkServerDeps, "workflows" | "reports" | "hardware" | "listeningSinceMs"> &
  Pick<GrpcListenerOptions, "doors" | "port" | "tls"> & {
    readonly store: ResourceStore;
    /** Default 55 000. */
    readonly waitMs?: number;
    /** Where what actions print is kept; without it workers keep their lines to themselves. */
    readonly logDir?: string;
  };

export class TinkServer implements Service {
  readonly #options: TinkServerOptions;
  readonly #index = new WorkIndex();
  readonly #waiters = new AgentWaiters();
  readonly #abort = new AbortController();
  readonly #listener: GrpcListener;
  readonly #logs: ActionLogStore | undefined;
  readonly #deletions = new Set<Promise<void>>();
  #following: Following | undefined;
  #listeningSinceMs: number | undefined;

  constructor(options: TinkServerOptions) {
    this.#options = options;
    const { doors, port, tls, clock, logDir } = options;
    const now = () => formatTime(clock.nowMs());
    this.#logs = logDir === undefined ? undefined : new ActionLogStore({ dir: logDir, now });
    const routes = (router: ConnectRouter) => this.#routes(router);
    this.#listener = new GrpcListener({ doors, port, clock, routes, ...(tls === undefined ? {} : { tls }) });
  }

  /** Ready when every workflow is known, so that no worker is told there is none. */
  async start(signal: AbortSignal): Promise<void> {
    this.#following = this.#follow();
    await unlessAborted(this.#following.ready, signal);
    await this.#listener.start(signal);
    this.#listeningSinceMs = this.#options.clock.nowMs();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#listeningSinceMs = undefined;
    this.#waiters.close();
    await this.#listener.stop(deadline);
    this.#abort.abort();
    await this.#following?.done;
    await Promise.all(this.#deletions);
  }

  /** Since when workers' reports are taken, in ms since 1970; `undefined` while they are not. */
  get listeningSinceMs(): number | undefined {
    return this.#listeningSinceMs;
  }

  /** What actions printed, for people; `undefined` without a `logDir`. */
  get actionLogs(): ActionLogReader | undefined {
    const { store, clock } = this.#options;
    const workflows = typedStore(store, kinds.Workflow);
    return this.#logs && new ActionLogReader({ workflows, clock, logs: this.#logs });
  }

  /** Where workers are answered; defined once started. */
  get address(): GrpcAddress | undefined {
    return this.#listener.address;
  }

  /** How many workers wait for something to do. */
  get waitingWorkers(): number {
    return this.#waiters.size;
  }

  #routes(router: ConnectRouter): void {
    const { store, clock, waitMs = 55_000 } = this.#options;
    const workflows = typedStore(store, kinds.Workflow);
    const service = workflowService({
      ...this.#options,
      waitMs,
      index: this.#index,
      waiters: this.#waiters,
      listeningSinceMs: clock.nowMs(),
      workflows,
      reports: typedStore(store, kinds.ActionReport),
      hardware: typedStore(store, kinds.Hardware),
    });
    router.service(WorkflowService, service);
    const logs = this.#logs;
    if (logs !== undefined) router.service(ActionLogService, actionLogService({ workflows, clock, logs }));
  }

  #follow(): Following {
    const { store, clock, onError } = this.#options;
    return follow<Workflow>({ store, clock, signal: this.#abort.signal }, kinds.Workflow, {
      onListed: (workflows) => {
        this.#waiters.wakeAll();
        this.#deleteLogs((logs) => logs.keepOnly(new Set(workflows.map(({ metadata }) => metadata.uid))));
      },
      onChange: (type, workflow) => {
        const agents = type === "deleted" ? this.#index.delete(workflow.metadata) : this.#index.set(workflow);
        for (const agent of agents) this.#waiters.wake(agent);
        if (type === "deleted") this.#deleteLogs((logs) => logs.forget(workflow.metadata.uid));
      },
      onError: (error) => onError({ doing: "watching workflows", error }),
    });
  }

  /** Logs live as long as their workflow. */
  #deleteLogs(work: (logs: ActionLogStore) => Promise<void>): void {
    if (this.#logs === undefined) return;
    const deletion: Promise<void> = work(this.#logs)
      .catch((error: unknown) => this.#options.onError({ doing: "deleting logs of actions", error }))
      .finally(() => this.#deletions.delete(deletion));
    this.#deletions.add(deletion);
  }
}
