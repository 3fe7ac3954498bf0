// Tink Server: follows the workflows, answers workers.
import { kinds, type MachineEventInput, type Workflow } from "@neverland/api";
import {
  type GrpcAddress,
  GrpcListener,
  type GrpcListenerOptions,
  type GrpcRefusal,
} from "@neverland/platform/grpc/grpc-listener.ts";
import type { GrpcMethod } from "@neverland/platform/grpc/grpc-method.ts";
import { isSharedBy, type TrustedProxies } from "@neverland/platform/network/caller-address.ts";
import type { Service } from "@neverland/platform/service.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { Turns } from "@neverland/platform/wait/turns.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { AgentDesk, type AgentDeskDeps } from "./agent-desk.ts";
import type { TinkServerDeps } from "./ports.ts";
import { controlService } from "./protocol/control-service.ts";
import { toGrpcError } from "./protocol/status-codes.ts";
import { workerService } from "./protocol/worker-service.ts";
import { StopDesk } from "./stop-desk.ts";

export type TinkServerOptions = Omit<
  TinkServerDeps,
  "workflows" | "reports" | "hardware" | "listeningSinceMs" | "turns"
> &
  Pick<AgentDeskDeps, "gate" | "lastBootMs"> &
  Pick<GrpcListenerOptions, "doors" | "port" | "tls"> & {
    readonly store: ResourceStore;
    /** Many workers may come from their addresses. */
    readonly proxies: TrustedProxies;
    /** Default 55 000. */
    readonly waitMs?: number;
    /** Calls back at each change of a Hardware, with `namespace/name`; the returned function ends it. */
    readonly followMachines: (changed: (machine: string) => void) => () => void;
    /** Calls of others that workers make on the same port. */
    readonly methods?: readonly GrpcMethod[];
  };

export class TinkServer implements Service {
  readonly #options: TinkServerOptions;
  readonly #desk: AgentDesk;
  readonly #stops: StopDesk;
  readonly #listener: GrpcListener;
  readonly #abort = new AbortController();
  #following: Following | undefined;
  #unfollow = (): void => undefined;
  #listeningSinceMs: number | undefined;

  constructor(options: TinkServerOptions) {
    this.#options = options;
    const { doors, port, tls, proxies, clock, store, record, methods = [], waitMs = 55_000 } = options;
    const turns = new Turns();
    const workflows = typedStore(store, kinds.Workflow);
    this.#stops = new StopDesk({ ...options, turns, waitMs, workflows });
    this.#desk = new AgentDesk({
      ...options,
      turns,
      waitMs,
      workflows,
      stops: this.#stops,
      listeningSinceMs: clock.nowMs(),
      reports: typedStore(store, kinds.ActionReport),
      hardware: typedStore(store, kinds.Hardware),
    });
    this.#listener = new GrpcListener({
      ...{ doors, port, clock, turns, toGrpcError },
      isShared: isSharedBy(proxies),
      ...(tls === undefined ? {} : { tls }),
      methods: [...workerService(this.#desk), ...controlService(this.#stops), ...methods],
      onRefused: (refusal) => record(refusedEvent(refusal)),
    });
  }

  /** Ready when every workflow is known, so that no worker is told there is none. */
  async start(signal: AbortSignal): Promise<void> {
    const { store, clock, onError, followMachines } = this.#options;
    this.#unfollow = followMachines((machine) => this.#desk.machineChanged(machine));
    this.#following = follow<Workflow>({ store, clock, signal: this.#abort.signal }, kinds.Workflow, {
      onChange: (type, workflow) => (type === "deleted" ? this.#desk.remove(workflow) : this.#desk.upsert(workflow)),
      onError: (error) => onError({ doing: "watching workflows", error }),
    });
    await unlessAborted(this.#following.ready, signal);
    await this.#listener.start(signal);
    this.#listeningSinceMs = this.#options.clock.nowMs();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#listeningSinceMs = undefined;
    this.#unfollow();
    this.#desk.close();
    this.#stops.close();
    await this.#listener.stop(deadline);
    this.#abort.abort();
    await this.#following?.done;
  }

  /** Since when workers' reports are taken, in ms since 1970; `undefined` while they are not. */
  get listeningSinceMs(): number | undefined {
    return this.#listeningSinceMs;
  }

  /** Where workers are answered; defined once started. */
  get address(): GrpcAddress | undefined {
    return this.#listener.address;
  }

  /** How many workers wait for something to do. */
  get waitingWorkers(): number {
    return this.#desk.waitingWorkers;
  }
}

function refusedEvent({ address, reason, message }: GrpcRefusal): MachineEventInput {
  const type = reason === "TooManyConnections" ? "ConnectionClosed" : "WorkerRefused";
  return { source: "tink-server", type, address, reason, message };
}
